import { createHash } from 'node:crypto';
import type { MetricLine } from '../../events/metric-line.ts';
import type { Increment, MetricStore, ScheduleRun, Series } from './ports.ts';

/** Upper bounds of the histograms' buckets, in seconds; the last bucket has none. */
export const bucketSeconds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60] as const;

const methods = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);
const taskStatuses = new Set(['completed', 'failed', 'retried', 'cancelled', 'stopped', 'lost']);
const other = 'other';

/** Adds a batch of report lines to the counters, and keeps how schedules ended. The batch is named by the lines' own ids, so that a second delivery changes nothing. */
export async function countLines(store: MetricStore, lines: readonly MetricLine[]): Promise<void> {
  const sums = new Map<string, Increment>();
  for (const increment of lines.flatMap(incrementsOf)) {
    const key = JSON.stringify(increment.series);
    sums.set(key, { ...increment, by: increment.by + (sums.get(key)?.by ?? 0) });
  }
  const runs = lines.flatMap(runOf);
  if (runs.length > 0) await store.keepRuns(runs);
  if (sums.size > 0) await store.add(batchIdOf(lines), [...sums.values()]);
}

/** Schedules name their interval for a route. */
function runOf({ route, logger, timestamp, level, ms }: MetricLine): ScheduleRun[] {
  if (!route.startsWith('every ') || logger === undefined || timestamp === undefined) return [];
  return [{ schedule: logger, at: new Date(timestamp), outcome: level === 'error' ? 'failed' : 'completed', ms }];
}

function batchIdOf(lines: readonly MetricLine[]): string {
  const ids = lines.map(({ report_id }) => report_id).toSorted();
  return createHash('sha256').update(ids.join()).digest('base64url');
}

function incrementsOf(line: MetricLine): Increment[] {
  const { task_type, task_status, mcp = [] } = line;
  return [
    ...ofRequest(line),
    ...count(['cache_requests_total', 'hit'], line.cache_hits),
    ...count(['cache_requests_total', 'miss'], line.cache_misses),
    ...count(['cache_requests_total', 'skipped'], line.cache_skipped),
    ...count(['rate_limits_skipped_total'], line.limit_skipped ? 1 : 0),
    ...(task_type !== undefined && task_status !== undefined && taskStatuses.has(task_status)
      ? count(['tasks_total', task_type, task_status], 1)
      : []),
    ...mcp.filter(({ method }) => method === 'tools/call').flatMap(ofCall),
  ];
}

function ofRequest({ route, method, status, ms }: MetricLine): Increment[] {
  if (method === undefined || status === undefined) return [];
  // The route's own words, not the request's path; a client may send any method.
  const endpoint = route.slice(route.indexOf(' ') + 1);
  const known = methods.has(method) ? method : other;
  return [
    ...count(['http_requests_total', known, endpoint, String(status)], 1),
    ...histogram('http_request_duration_seconds', [known, endpoint], ms),
  ];
}

function ofCall({ slug, tool = '', status, duration_ms }: NonNullable<MetricLine['mcp']>[number]): Increment[] {
  const group = JSON.stringify([slug, tool]);
  const capped = (increment: Increment): Increment => {
    const [name, , , ...rest] = increment.series;
    return { ...increment, capped: { group, overflow: [name, other, other, ...rest] } };
  };
  return [
    ...count(['mcp_tool_calls_total', slug, tool, status], 1),
    ...histogram('mcp_tool_call_duration_seconds', [slug, tool], duration_ms),
  ].map(capped);
}

function count(series: Series, by: number | undefined): Increment[] {
  return by === undefined || by === 0 ? [] : [{ series, by }];
}

/** The bucket's count and, in microseconds, the sum. */
function histogram(name: string, labels: readonly string[], ms: number): Increment[] {
  const bucket = bucketSeconds.find((bound) => ms <= bound * 1000);
  return [
    { series: [name, ...labels, bucket === undefined ? '+Inf' : String(bucket)], by: 1 },
    { series: [name, ...labels, 'sum'], by: Math.round(ms * 1000) },
  ];
}
