import type { EncryptedValues } from '../../secrets/reencrypt.ts';
import type { Mysql } from './connection.ts';

/** Every column that holds something encrypted for longer than a day. */
const columns = [
  'mcp_tools.secrets',
  'mcp_deployments.secrets',
  'mcp_replicas.credentials',
  'github_connections.access_token',
  'github_connections.webhook_secret',
  'github_connections.previous_webhook_secret',
  'users.totp_secret',
  'upstream_accounts.tokens',
] as const;

export function mysqlEncryptedValues(mysql: Mysql): EncryptedValues {
  const columnOf = (name: string): [table: string, column: string] => {
    const [table, column] = (columns.find((each) => each === name) ?? '').split('.');
    if (table === undefined || column === undefined) throw new Error(`${name} holds nothing encrypted`);
    return [table, column];
  };
  return {
    columns,
    async read(name, afterId, limit) {
      const [table, column] = columnOf(name);
      const rows = await mysql.query<{ id: string; text: string | Buffer }>(
        `SELECT id, ${column} AS text FROM ${table} WHERE id > ? AND ${column} IS NOT NULL ORDER BY id LIMIT ?`,
        [afterId, limit],
      );
      return rows.map(({ id, text }) => ({ id, text: text.toString() }));
    },
    async replace(name, id, from, to) {
      const [table, column] = columnOf(name);
      const { affectedRows } = await mysql.execute(`UPDATE ${table} SET ${column} = ? WHERE id = ? AND ${column} = ?`, [
        to,
        id,
        from,
      ]);
      return affectedRows > 0;
    },
  };
}
