import { expect, test } from 'vitest';
import { metrics, metricNamespace, withMetrics } from '../../../infra/lambda/embed-metrics.ts';

interface Embedded {
  readonly _aws: {
    readonly Timestamp: number;
    readonly CloudWatchMetrics: readonly {
      readonly Namespace: string;
      readonly Dimensions: readonly string[][];
      readonly Metrics: readonly { readonly Name: string; readonly Unit: string }[];
    }[];
  };
  readonly [member: string]: unknown;
}

/** What CloudWatch reads out of a line, as its specification says: the named members, which must be numbers. */
function seriesOf(line: object): Record<string, unknown> {
  const read = JSON.parse(withMetrics(JSON.stringify(line), 'dev', 7)) as Embedded;
  const [series] = read._aws.CloudWatchMetrics;
  expect([read._aws.Timestamp, series?.Namespace, series?.Dimensions, read['Service']]).toEqual([
    7,
    metricNamespace,
    [['Service']],
    'dev',
  ]);
  expect(read).toMatchObject(line);
  return Object.fromEntries((series?.Metrics ?? []).map(({ Name }) => [Name, read[Name]]));
}

test('a request counts, with how long it took', () => {
  expect(seriesOf({ level: 'info', route: 'GET /api/v1/mcps', status: 200, ms: 12.5, cold_start: true })).toEqual({
    requests: 1,
    cold_starts: 1,
    answer_ms: 12.5,
  });
});

test('refusals, skipped limits, failures and failed calls count; a stream says nothing of how fast answers are', () => {
  const line = { level: 'error', route: 'POST /mcp/{slug}/v1', status: 429, ms: 9000, limit_skipped: true };
  expect(seriesOf({ ...line, mcp: [{ status: 'ok' }, { status: 'error' }] })).toEqual({
    requests: 1,
    failures: 1,
    refused: 1,
    limits_skipped: 1,
    tool_calls: 2,
    tool_errors: 1,
  });
  expect(seriesOf({ level: 'error', route: 'sqs analysis', ms: 3 })).toEqual({ failures: 1, jobs_failed: 1 });
  expect(seriesOf({ level: 'warning', message: 'A task was not started.', route: 'sqs deployments' })).toEqual({
    tasks_refused: 1,
  });
});

test('a warning on the way is no second request, and a line that counts for nothing stays as it is', () => {
  const line = JSON.stringify({ level: 'warning', route: 'GET /x', cold_start: true, message: 'Something.' });
  expect(withMetrics(line, 'dev')).toBe(line);
});

test('there are ten series at most, for each costs money', () => {
  expect(Object.keys(metrics).length).toBeLessThanOrEqual(10);
});
