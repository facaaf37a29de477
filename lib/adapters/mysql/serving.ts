import type { Approvals, Serving } from '../../deployments/ports.ts';
import type { SqlRunner, SqlValue } from './connection.ts';
import { deploymentColumns, deploymentOf } from './deployment-rows.ts';
import type { TableRow } from './table-codec.ts';

const servedBy = (active: 'active_tool_id' | 'active_preview_of'): string =>
  `FROM mcp_tools t JOIN mcp_deployments d ON d.${active} = t.id LEFT JOIN mcp_approvals a ON a.tool_id = t.id`;
export const served = servedBy('active_tool_id');
export const servedPreviews = servedBy('active_preview_of');

/** Where tools' endpoints lead. */
export async function readServing(
  sql: SqlRunner,
  where: string,
  values: readonly SqlValue[],
  of = served,
): Promise<Serving[]> {
  const rows = await sql.query<TableRow>(
    `SELECT ${deploymentColumns}, a.tools AS approvals ${of} WHERE t.deleted_at IS NULL AND ${where}`,
    values,
  );
  return rows.map((row) => ({
    deployment: deploymentOf(row),
    approvals: row['approvals'] === null ? undefined : (JSON.parse(String(row['approvals'])) as Approvals),
  }));
}
