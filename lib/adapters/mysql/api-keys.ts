import type { ApiKey, ApiKeyStore } from '../../auth/ports.ts';
import type { Permission } from '../../kernel/http/caller.ts';
import type { Mysql } from './connection.ts';
import { insertOutbox } from './outbox.ts';
import { readPage } from './read-page.ts';
import { insertInto, optional, optionalJson, plain, tableCodec, type TableRow } from './table-codec.ts';

const apiKeyRow = tableCodec<ApiKey>({
  id: plain('id'),
  userId: plain('user_id'),
  name: plain('name'),
  prefix: plain('prefix'),
  scopes: optionalJson<readonly Permission[]>('scopes'),
  servers: optionalJson<readonly string[]>('servers'),
  createdAt: plain('created_at'),
  expiresAt: optional<Date>('expires_at'),
  lastUsedAt: optional<Date>('last_used_at'),
  revokedAt: optional<Date>('revoked_at'),
});
const columns = apiKeyRow.names.join(', ');

export function mysqlApiKeyStore(mysql: Mysql): ApiKeyStore {
  return {
    insert: (key, hash, outbox) =>
      mysql.transaction(async (tx) => {
        const { sql, values } = insertInto('api_keys', { ...apiKeyRow.write(key), hash });
        await tx.execute(`${sql} ON DUPLICATE KEY UPDATE hash = ?, prefix = ?`, [...values, hash, key.prefix]);
        await insertOutbox(tx, outbox);
      }),
    listOf: (userId, page) =>
      readPage(
        mysql,
        {
          columns,
          from: 'api_keys',
          where: 'user_id = ?',
          values: [userId],
          order: 'created_at DESC, id DESC',
          read: apiKeyRow.read,
        },
        page,
      ),
    async byId(id) {
      const [row] = await mysql.query<TableRow>(`SELECT ${columns}, hash FROM api_keys WHERE id = ?`, [id]);
      return row && { key: apiKeyRow.read(row), hash: String(row['hash']) };
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
