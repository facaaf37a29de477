import type { GrantRecord, GrantStore } from '../../oauth/ports.ts';
import type { Mysql } from './connection.ts';
import { insertOutbox } from './outbox.ts';

interface GrantRow {
  readonly id: string;
  readonly user_id: string;
  readonly client_key: string;
  readonly client_name: string;
  readonly client_host: string | null;
  readonly redirect_host: string;
  readonly resource: string;
  readonly scope: string;
  readonly created_at: Date;
  readonly ends_at: Date;
}

const columns =
  'id, user_id, client_key, client_name, client_host, redirect_host, resource, scope, created_at, ends_at';
const inForce = 'revoked_at IS NULL AND ends_at > UTC_TIMESTAMP(3)';

export function mysqlGrants(mysql: Mysql): GrantStore {
  return {
    insert: (grant, outbox) =>
      mysql.transaction(async (tx) => {
        await tx.execute(
          `INSERT INTO oauth_grants (${columns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON DUPLICATE KEY UPDATE id = oauth_grants.id`,
          [
            grant.id,
            grant.userId,
            grant.clientKey,
            grant.clientName,
            grant.clientHost ?? null,
            grant.redirectHost,
            grant.resource,
            grant.scope,
            grant.createdAt,
            grant.endsAt,
          ],
        );
        await insertOutbox(tx, outbox);
      }),
    async listOf(userId, { offset, limit }) {
      const [rows, [count]] = await Promise.all([
        mysql.query<GrantRow>(
          `SELECT ${columns} FROM oauth_grants WHERE user_id = ? AND ${inForce} ORDER BY created_at DESC, id DESC LIMIT ? OFFSET ?`,
          [userId, limit, offset],
        ),
        mysql.query<{ total: number }>(`SELECT COUNT(*) AS total FROM oauth_grants WHERE user_id = ? AND ${inForce}`, [
          userId,
        ]),
      ]);
      return { items: rows.map(toGrant), total: count?.total ?? 0 };
    },
    async find(id) {
      const [row] = await mysql.query<GrantRow>(`SELECT ${columns} FROM oauth_grants WHERE id = ?`, [id]);
      return row && toGrant(row);
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

function toGrant(row: GrantRow): GrantRecord {
  return {
    id: row.id,
    userId: row.user_id,
    clientKey: row.client_key,
    clientName: row.client_name,
    clientHost: row.client_host ?? undefined,
    redirectHost: row.redirect_host,
    resource: row.resource,
    scope: row.scope,
    createdAt: row.created_at,
    endsAt: row.ends_at,
  };
}
