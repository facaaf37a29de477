import type { PurgeStore } from '../../tools/ports.ts';
import type { Mysql } from './connection.ts';

export function mysqlPurge(mysql: Mysql): PurgeStore {
  return {
    async purgeable(before, limit) {
      const rows = await mysql.query<{ id: string; slug: string; deleted_at: Date }>(
        `SELECT id, slug, deleted_at FROM mcp_tools t
         WHERE deleted_at < ? AND purged_at IS NULL AND NOT EXISTS (SELECT 1 FROM outbox WHERE tool_id = t.id)
         ORDER BY deleted_at, id LIMIT ?`,
        [before, limit],
      );
      return rows.map(({ id, slug, deleted_at: deletedAt }) => ({ id, slug, deletedAt }));
    },
    async purge(id, at) {
      await mysql.transaction(async (tx) => {
        await tx.execute(
          `UPDATE mcp_tools SET name = '', description = '', config = '{"servers":[]}', secrets = NULL, came_as = NULL, purged_at = ?
           WHERE id = ? AND deleted_at IS NOT NULL`,
          [at, id],
        );
        await tx.execute(
          `DELETE v FROM registry_versions v JOIN mcp_tools t ON t.id = v.tool_id WHERE t.id = ? AND t.purged_at IS NOT NULL`,
          [id],
        );
      });
    },
  };
}
