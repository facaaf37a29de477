import type { Account, AccountStore } from '../../accounts/ports.ts';
import type { Mysql } from './connection.ts';
import { insertOutbox } from './outbox.ts';
import { readPage } from './read-page.ts';
import { bytes, insertInto, plain, tableCodec, type TableRow } from './table-codec.ts';

const accountRow = tableCodec<Account>({
  id: plain('id'),
  userId: plain('user_id'),
  toolId: plain('tool_id'),
  slug: plain('slug'),
  issuer: plain('issuer'),
  serverHost: plain('server_host'),
  scope: plain('scope'),
  tokens: bytes('tokens'),
  version: plain('version'),
  createdAt: plain('created_at'),
});
const columns = accountRow.names.join(', ');

export function mysqlAccounts(mysql: Mysql): AccountStore {
  return {
    put: (account, outbox) =>
      mysql.transaction(async (tx) => {
        const { userId, toolId, issuer } = account;
        await tx.execute('DELETE FROM upstream_accounts WHERE user_id = ? AND tool_id = ? AND issuer = ?', [
          userId,
          toolId,
          issuer,
        ]);
        const { sql, values } = insertInto('upstream_accounts', accountRow.write(account));
        await tx.execute(sql, values);
        await insertOutbox(tx, outbox);
      }),
    async of(userId, toolId) {
      const rows = await mysql.query<TableRow>(
        `SELECT ${columns} FROM upstream_accounts WHERE user_id = ? AND tool_id = ? ORDER BY created_at DESC LIMIT 20`,
        [userId, toolId],
      );
      return rows.map(accountRow.read);
    },
    async find(id) {
      const [row] = await mysql.query<TableRow>(`SELECT ${columns} FROM upstream_accounts WHERE id = ?`, [id]);
      return row && accountRow.read(row);
    },
    listOf: (userId, page) =>
      readPage(
        mysql,
        {
          columns,
          from: 'upstream_accounts',
          where: 'user_id = ?',
          values: [userId],
          order: 'created_at DESC, id DESC',
          read: accountRow.read,
        },
        page,
      ),
    async claim({ id, version }, ms) {
      const { affectedRows } = await mysql.execute(
        `UPDATE upstream_accounts SET claimed_until = UTC_TIMESTAMP(3) + INTERVAL ? MICROSECOND
         WHERE id = ? AND version = ? AND (claimed_until IS NULL OR claimed_until < UTC_TIMESTAMP(3))`,
        [ms * 1000, id, version],
      );
      return affectedRows > 0;
    },
    async release({ id, version }) {
      await mysql.execute('UPDATE upstream_accounts SET claimed_until = NULL WHERE id = ? AND version = ?', [
        id,
        version,
      ]);
    },
    async renew({ id, version }, tokens) {
      const { affectedRows } = await mysql.execute(
        'UPDATE upstream_accounts SET tokens = ?, version = version + 1, claimed_until = NULL WHERE id = ? AND version = ?',
        [Buffer.from(tokens), id, version],
      );
      return affectedRows > 0;
    },
    remove: (id, outbox) =>
      mysql.transaction(async (tx) => {
        const { affectedRows } = await tx.execute('DELETE FROM upstream_accounts WHERE id = ?', [id]);
        if (affectedRows > 0) await insertOutbox(tx, outbox);
      }),
  };
}
