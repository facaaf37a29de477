/** Where CloudWatch keeps the platform's own series, each with the one dimension Service. */
export const metricNamespace = 'McpPlatform';

/** At most ten: each is a series that costs $0.30 a month. */
export const metrics = {
  requests: 'Count',
  failures: 'Count',
  refused: 'Count',
  limits_skipped: 'Count',
  cold_starts: 'Count',
  answer_ms: 'Milliseconds',
  tool_calls: 'Count',
  tool_errors: 'Count',
  jobs_failed: 'Count',
  tasks_refused: 'Count',
} as const;

type Metric = keyof typeof metrics;
type Line = Readonly<Record<string, unknown>>;

/** The message of the line that lib/deployments writes for a task that was not started. */
const taskRefused = 'A task was not started.';

/** What one line counts for. Streams last as long as their listeners do, and say nothing of how fast an answer is. */
function valuesOf({
  level,
  status,
  route,
  ms,
  cold_start,
  limit_skipped,
  mcp,
  message,
}: Line): Partial<Record<Metric, number>> {
  if (message === taskRefused) return { tasks_refused: 1 };
  if (typeof ms !== 'number' || typeof route !== 'string') return {};
  const isRequest = typeof status === 'number';
  const calls = Array.isArray(mcp) ? (mcp as { readonly status?: unknown }[]) : [];
  const failedCalls = calls.filter((call) => call.status === 'error').length;
  return {
    ...(isRequest && { requests: 1 }),
    ...(level === 'error' && { failures: 1 }),
    ...(status === 429 && { refused: 1 }),
    ...(limit_skipped === true && { limits_skipped: 1 }),
    ...(cold_start === true && { cold_starts: 1 }),
    ...(isRequest && !/ \/(mcp|events)\b/.test(route) && { answer_ms: ms }),
    ...(calls.length > 0 && { tool_calls: calls.length }),
    ...(failedCalls > 0 && { tool_errors: failedCalls }),
    ...(level === 'error' && route.startsWith('sqs ') && { jobs_failed: 1 }),
  };
}

/**
 * The line, with what CloudWatch needs to make series of it (its user guide, "Embedded metric format specification"). So metrics cost no call and no line of their own. A line that counts for
 * nothing stays as it is.
 */
export function withMetrics(line: string, service: string, at: number = Date.now()): string {
  const values = valuesOf(JSON.parse(line) as Line);
  const names = Object.keys(values) as Metric[];
  if (names.length === 0) return line;
  const series = {
    Namespace: metricNamespace,
    Dimensions: [['Service']],
    Metrics: names.map((Name) => ({ Name, Unit: metrics[Name] })),
  };
  const embedded = JSON.stringify({
    _aws: { Timestamp: at, CloudWatchMetrics: [series] },
    Service: service,
    ...values,
  });
  return `${embedded.slice(0, -1)},${line.slice(1)}`;
}
