import type { ApiKey, ApiKeyStore } from '../../auth/ports.ts';
import type { Permission } from '../../kernel/http/caller.ts';
import type { Mysql, SqlValue } from './connection.ts';
import { insertOutbox } from './outbox.ts';

interface ApiKeyRow {
  readonly id: string;
  readonly user_id: string;
  readonly name: string;
  readonly prefix: string;
  readonly hash: string;
  readonly scopes: string | null;
  readonly servers: string | null;
  readonly created_at: Date;
  readonly expires_at: Date | null;
  readonly last_used_at: Date | null;
  readonly revoked_at: Date | null;
}

const columns = 'id, user_id, name, prefix, hash, scopes, servers, created_at, expires_at, last_used_at, revoked_at';

export function mysqlApiKeyStore(mysql: Mysql): ApiKeyStore {
  return {
    insert: (key, hash, outbox) =>
      mysql.transaction(async (tx) => {
        await tx.execute(
          `INSERT INTO api_keys (${columns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
           ON DUPLICATE KEY UPDATE hash = ?, prefix = ?`,
          [...valuesOf(key, hash), hash, key.prefix],
        );
        await insertOutbox(tx, outbox);
      }),
    async listOf(userId, { offset, limit }) {
      const [rows, [count]] = await Promise.all([
        mysql.query<ApiKeyRow>(
          `SELECT ${columns} FROM api_keys WHERE user_id = ? ORDER BY created_at DESC, id DESC LIMIT ? OFFSET ?`,
          [userId, limit, offset],
        ),
        mysql.query<{ total: number }>('SELECT COUNT(*) AS total FROM api_keys WHERE user_id = ?', [userId]),
      ]);
      return { items: rows.map(toApiKey), total: count?.total ?? 0 };
    },
    async byId(id) {
      const [row] = await mysql.query<ApiKeyRow>(`SELECT ${columns} FROM api_keys WHERE id = ?`, [id]);
      return row && { key: toApiKey(row), hash: row.hash };
    },
    revoke: (id, at, outbox) =>
      mysql.transaction(async (tx) => {
        const { affectedRows } = await tx.execute(
          'UPDATE api_keys SET revoked_at = ? WHERE id = ? AND revoked_at IS NULL',
          [at, id],
        );
        if (affectedRows > 0) await insertOutbox(tx, outbox);
      }),
    async used(uses) {
      for (const { id, at } of uses) {
        await mysql.execute(
          'UPDATE api_keys SET last_used_at = ? WHERE id = ? AND (last_used_at IS NULL OR last_used_at < ?)',
          [at, id, at],
        );
      }
    },
  };
}

function valuesOf(key: ApiKey, hash: string): SqlValue[] {
  return [
    key.id,
    key.userId,
    key.name,
    key.prefix,
    hash,
    key.scopes ? JSON.stringify(key.scopes) : null,
    key.servers ? JSON.stringify(key.servers) : null,
    key.createdAt,
    key.expiresAt ?? null,
    key.lastUsedAt ?? null,
    key.revokedAt ?? null,
  ];
}

function toApiKey(row: ApiKeyRow): ApiKey {
  return {
    id: row.id,
    userId: row.user_id,
    name: row.name,
    prefix: row.prefix,
    scopes: readList(row.scopes) as readonly Permission[] | undefined,
    servers: readList(row.servers),
    createdAt: row.created_at,
    expiresAt: row.expires_at ?? undefined,
    lastUsedAt: row.last_used_at ?? undefined,
    revokedAt: row.revoked_at ?? undefined,
  };
}

function readList(json: string | null): readonly string[] | undefined {
  return json === null ? undefined : (JSON.parse(json) as string[]);
}
