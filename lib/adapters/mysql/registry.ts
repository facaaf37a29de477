import type { PublishedTool, RegistryStore } from '../../registry/ports.ts';
import type { Mysql, SqlValue } from './connection.ts';
import { recordOf, toolColumns, type ToolRow } from './tool-rows.ts';

interface PublishedRow extends ToolRow {
  readonly first_id: string | null;
}

const columns = toolColumns.map((column) => `t.${column}`).join(', ');
const active = "t.deleted_at IS NULL AND t.status = 'active'";
const firstOfName = `(SELECT MIN(o.id) FROM mcp_tools o
  WHERE o.registry_name = t.registry_name AND o.deleted_at IS NULL AND o.status = 'active')`;

export function mysqlRegistryStore(mysql: Mysql): RegistryStore {
  const select = async (rest: string, values: readonly SqlValue[]): Promise<PublishedTool[]> => {
    const rows = await mysql.query<PublishedRow>(
      `SELECT ${columns}, ${firstOfName} AS first_id FROM mcp_tools t WHERE ${active} ${rest}`,
      values,
    );
    return rows.map((row) => ({ tool: recordOf(row), nameIsTaken: row.first_id !== null && row.first_id !== row.id }));
  };
  return {
    published({ search, updatedSince, version }, after, limit) {
      const conditions: string[] = [];
      const values: SqlValue[] = [];
      const demand = (condition: string, ...of: SqlValue[]): void => {
        conditions.push(`AND ${condition}`);
        values.push(...of);
      };
      if (after)
        demand('t.created_at >= ? AND (t.created_at > ? OR t.id > ?)', after.createdAt, after.createdAt, after.id);
      if (updatedSince) demand('t.updated_at >= ?', updatedSince);
      if (version !== undefined) demand('t.version = CONVERT(? USING ascii)', version);
      if (search !== undefined) {
        const pattern = `%${search.replaceAll(/[!%_]/g, '!$&')}%`.toLowerCase();
        const name = "LOWER(COALESCE(t.registry_name, ''))";
        demand(`(${name} LIKE ? ESCAPE '!' OR CONVERT(t.slug USING utf8mb4) LIKE ? ESCAPE '!')`, pattern, pattern);
      }
      return select(`${conditions.join(' ')} ORDER BY t.created_at, t.id LIMIT ?`, [...values, limit]);
    },
    async byRegistryName(name) {
      const [found] = await select('AND t.registry_name = ? ORDER BY t.id LIMIT 1', [name]);
      return found;
    },
    async bySlug(slug) {
      const [found] = await select('AND t.slug = CONVERT(? USING ascii)', [slug]);
      return found;
    },
  };
}
