import type { UsageFilter, UsageGroup, UsageSummary } from '../../usage/ports.ts';
import type { Mysql, SqlValue } from './connection.ts';

const maxItems = 1_000;
/** How the keys of times are written. */
export const timeFormats = { day: '%Y-%m-%d', hour: '%Y-%m-%dT%H:00:00Z' } as const;
const keys: Readonly<Record<UsageGroup, string>> = {
  day: `DATE_FORMAT(s.called_at, '${timeFormats.day}')`,
  hour: `DATE_FORMAT(s.called_at, '${timeFormats.hour}')`,
  tool: 's.tool_id',
  user: 's.user_id',
};

interface SummaryRow {
  readonly grouped: string;
  readonly slug: string | null;
  readonly username: string | null;
  readonly calls: number;
  readonly errors: string | number;
  readonly p50: number | null;
  readonly p95: number | null;
  readonly bytes_in: string | number;
  readonly bytes_out: string | number;
}

/** Percentiles by rank within the group: what both engines have in common. */
export async function summariesOf(
  mysql: Mysql,
  filter: UsageFilter,
  group: UsageGroup | undefined,
): Promise<UsageSummary[]> {
  const key = group === undefined ? "'all'" : keys[group];
  const { where, values } = conditions(filter);
  const rows = await mysql.query<SummaryRow>(
    `SELECT grouped, MIN(slug) AS slug, MIN(username) AS username, COUNT(*) AS calls, SUM(failed) AS errors, SUM(bytes_in) AS bytes_in, SUM(bytes_out) AS bytes_out,
       MAX(CASE WHEN place <= CEIL(size * 0.5) THEN duration_ms END) AS p50, MAX(CASE WHEN place <= CEIL(size * 0.95) THEN duration_ms END) AS p95
     FROM (SELECT ${key} AS grouped, t.slug, u.username, s.status = 'error' AS failed, s.bytes_in, s.bytes_out, s.duration_ms,
             ROW_NUMBER() OVER (PARTITION BY ${key} ORDER BY s.duration_ms) AS place, COUNT(*) OVER (PARTITION BY ${key}) AS size
           FROM mcp_usage_stats s LEFT JOIN mcp_tools t ON t.id = s.tool_id LEFT JOIN mcp_deployments d ON d.id = s.deployment_id LEFT JOIN users u ON u.id = s.user_id
           WHERE ${where}) ranked
     GROUP BY grouped ORDER BY grouped LIMIT ?`,
    [...values, maxItems],
  );
  return rows.map((row) => ({
    key: row.grouped,
    ...(group === 'tool' && row.slug !== null && { slug: row.slug }),
    ...(group === 'user' && row.username !== null && { username: row.username }),
    calls: row.calls,
    errors: Number(row.errors),
    p50_ms: row.p50,
    p95_ms: row.p95,
    bytes_in: Number(row.bytes_in),
    bytes_out: Number(row.bytes_out),
  }));
}

function conditions({ toolId, deploymentId, userId, visibleTo, from, to }: UsageFilter) {
  const given: readonly (readonly [string, readonly SqlValue[] | undefined])[] = [
    ['s.called_at >= ? AND s.called_at < ?', [from, to]],
    ['s.tool_id = ?', toolId === undefined ? undefined : [toolId]],
    ['s.deployment_id = ?', deploymentId === undefined ? undefined : [deploymentId]],
    ['s.user_id = ?', userId === undefined ? undefined : [userId]],
    ['(s.user_id = ? OR d.owner_id = ?)', visibleTo === undefined ? undefined : [visibleTo, visibleTo]],
  ];
  return joined(given);
}

/** The conditions that somebody gave values for. */
export function joined(given: readonly (readonly [string, readonly SqlValue[] | undefined])[]) {
  const wanted = given.filter(([, values]) => values !== undefined);
  return { where: wanted.map(([sql]) => sql).join(' AND '), values: wanted.flatMap(([, values]) => values ?? []) };
}
