import type { GrantRecord, GrantStore } from '../../oauth/ports.ts';
import type { Mysql } from './connection.ts';
import { insertOutbox } from './outbox.ts';
import { readPage } from './read-page.ts';
import { insertInto, optional, plain, tableCodec, type TableRow } from './table-codec.ts';

const grantRow = tableCodec<GrantRecord>({
  id: plain('id'),
  userId: plain('user_id'),
  clientKey: plain('client_key'),
  clientName: plain('client_name'),
  clientHost: optional<string>('client_host'),
  redirectHost: plain('redirect_host'),
  resource: plain('resource'),
  scope: plain('scope'),
  createdAt: plain('created_at'),
  endsAt: plain('ends_at'),
});
const columns = grantRow.names.join(', ');
const inForce = 'revoked_at IS NULL AND ends_at > UTC_TIMESTAMP(3)';

export function mysqlGrants(mysql: Mysql): GrantStore {
  return {
    insert: (grant, outbox) =>
      mysql.transaction(async (tx) => {
        const { sql, values } = insertInto('oauth_grants', grantRow.write(grant));
        await tx.execute(`${sql} ON DUPLICATE KEY UPDATE id = oauth_grants.id`, values);
        await insertOutbox(tx, outbox);
      }),
    listOf: (userId, page) =>
      readPage(
        mysql,
        {
          columns,
          from: 'oauth_grants',
          where: `user_id = ? AND ${inForce}`,
          values: [userId],
          order: 'created_at DESC, id DESC',
          read: grantRow.read,
        },
        page,
      ),
    async find(id) {
      const [row] = await mysql.query<TableRow>(`SELECT ${columns} FROM oauth_grants WHERE id = ?`, [id]);
      return row && grantRow.read(row);
    },
    async isRemembered(userId, clientKey, resource) {
      const rows = await mysql.query(
        `SELECT id FROM oauth_grants WHERE user_id = ? AND client_key = CONVERT(? USING ascii) AND resource = CONVERT(? USING ascii) AND ${inForce} LIMIT 1`,
        [userId, clientKey, resource],
      );
      return rows.length > 0;
    },
    revoke: (id, at, outbox) =>
      mysql.transaction(async (tx) => {
        const { affectedRows } = await tx.execute(
          'UPDATE oauth_grants SET revoked_at = ? WHERE id = ? AND revoked_at IS NULL',
          [at, id],
        );
        if (affectedRows > 0) await insertOutbox(tx, outbox);
      }),
  };
}
