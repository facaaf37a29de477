import type { RunningTime, UsageFilter, UsageGroup } from '../../usage/ports.ts';
import type { Mysql } from './connection.ts';
import { joined, timeFormats } from './usage-summaries.ts';

const columns = { tool: 'd.tool_id', user: 'd.owner_id' } as const;
const stepMs = { day: 86_400_000, hour: 3_600_000 } as const;
const moment = 'CAST(? AS DATETIME(3))';

interface Row {
  readonly grouped: string;
  readonly slug: string | null;
  readonly username: string | null;
  readonly seconds: string | number | null;
  readonly cpu: string | number | null;
  readonly memory: string | number | null;
}

/** For how long replicas ran, each from the start of its task to its end. By time, a replica counts in every day or hour in which it ran, for what it ran then. */
export async function runningTimes(
  mysql: Mysql,
  { toolId, deploymentId, userId, visibleTo, from, to }: UsageFilter,
  group: UsageGroup | undefined,
): Promise<RunningTime[]> {
  const steps = stepsOf(from, to, group);
  const { where, values } = joined([
    [
      "r.task_id IS NOT NULL AND r.task_id <> 'remote' AND r.started_at < end_at AND (r.ended_at IS NULL OR r.ended_at > begin_at)",
      [],
    ],
    ['d.tool_id = ?', toolId === undefined ? undefined : [toolId]],
    ['d.id = ?', deploymentId === undefined ? undefined : [deploymentId]],
    ['d.owner_id = ?', userId === undefined ? undefined : [userId]],
    ['d.owner_id = ?', visibleTo === undefined ? undefined : [visibleTo]],
  ]);
  const rows = await mysql.query<Row>(
    `WITH RECURSIVE steps AS (${steps.sql})
     SELECT grouped, MIN(slug) AS slug, MIN(username) AS username, SUM(s) AS seconds, SUM(s * cpu) AS cpu, SUM(s * memory) AS memory
     FROM (SELECT ${steps.key} AS grouped, t.slug, u.username, d.cpu, d.memory,
             TIMESTAMPDIFF(SECOND, GREATEST(r.started_at, begin_at), LEAST(COALESCE(r.ended_at, ?), end_at)) AS s
           FROM steps JOIN mcp_replicas r JOIN mcp_deployments d ON d.id = r.deployment_id
             LEFT JOIN mcp_tools t ON t.id = d.tool_id LEFT JOIN users u ON u.id = d.owner_id
           WHERE ${where}) spans
     WHERE s > 0 GROUP BY grouped ORDER BY grouped`,
    [...steps.values, new Date(), ...values],
  );
  return rows.map(({ grouped, slug, username, seconds, cpu, memory }) => ({
    key: grouped,
    ...(group === 'tool' && slug !== null && { slug }),
    ...(group === 'user' && username !== null && { username }),
    hours: hours(seconds),
    vcpuHours: hours(cpu) / 1_024,
    gbHours: hours(memory) / 1_024,
  }));
}

/** The stretches of time that are summed up apart: days or hours, the first and the last cut to the time asked for; or all of it. */
function stepsOf(from: Date, to: Date, group: UsageGroup | undefined) {
  if (group !== 'day' && group !== 'hour') {
    const key = group === undefined ? "'all'" : columns[group];
    return { sql: `SELECT ${moment} AS begin_at, ${moment} AS end_at`, values: [from, to], key };
  }
  const ms = stepMs[group];
  const firstEnd = new Date((Math.floor(from.getTime() / ms) + 1) * ms);
  const sql = `SELECT ${moment} AS begin_at, LEAST(${moment}, ${moment}) AS end_at
    UNION ALL SELECT end_at, LEAST(end_at + INTERVAL 1 ${group.toUpperCase()}, ${moment}) FROM steps WHERE end_at < ${moment}`;
  return { sql, values: [from, firstEnd, to, to, to], key: `DATE_FORMAT(begin_at, '${timeFormats[group]}')` };
}

function hours(seconds: string | number | null): number {
  return Number(seconds ?? 0) / 3_600;
}
