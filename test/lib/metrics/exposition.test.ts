import { describe, expect, it } from 'vitest';
import { expose } from '../../../lib/metrics/exposition.ts';
import { breachesOf } from './check-exposition.ts';

const gauges = [{ name: 'g', help: 'A gauge.', labels: ['status'], samples: [{ labels: ['draft'], value: 2 }] }];

describe('the exposition', () => {
  it('is the exact text of counters, gauges and histograms', () => {
    const text = expose(gauges, [
      [['http_requests_total', 'GET', '/a', '200'], 3],
      [['http_request_duration_seconds', 'GET', '/a', '0.005'], 2],
      [['http_request_duration_seconds', 'GET', '/a', '+Inf'], 1],
      [['http_request_duration_seconds', 'GET', '/a', 'sum'], 61_500_000],
      [['tasks_total', 'feasibility', 'completed'], 4],
    ]);
    expect(breachesOf(text)).toEqual([]);
    expect(text).toContain('g{status="draft"} 2\n');
    expect(text).toContain('http_requests_total{method="GET",endpoint="/a",status="200"} 3\n');
    expect(text).toContain('http_request_duration_seconds_bucket{method="GET",endpoint="/a",le="60"} 2\n');
    expect(text).toContain('http_request_duration_seconds_bucket{method="GET",endpoint="/a",le="+Inf"} 3\n');
    expect(text).toContain('http_request_duration_seconds_sum{method="GET",endpoint="/a"} 61.5\n');
    expect(text).toContain('celery_tasks_total{task_name="feasibility",status="completed"} 4\n');
  });

  it('escapes what a tenant puts into a name', () => {
    const text = expose([], [[['mcp_tool_calls_total', 's', 'a"b\\c\nd{},', 'ok'], 1]]);
    expect(breachesOf(text)).toEqual([]);
    expect(text).toContain('tool="a\\"b\\\\c\\nd{},"');
  });

  it('says nothing of a family without samples', () => {
    expect(expose([], [])).toBe('');
  });
});

describe('the check of the format', () => {
  const head = '# HELP a A.\n# TYPE a counter\n';
  it.each([
    ['a series twice', `${head}a{x="1"} 1\na{x="1"} 2\n`, 'twice'],
    ['a name that begins with a digit', '9a 1\n', 'not a sample'],
    ['a sample before its TYPE', 'a 1\n# HELP a A.\n# TYPE a counter\n', 'no TYPE'],
    ['no line feed at the end', `${head}a 1`, 'line feed'],
    ['a histogram without +Inf', '# HELP h H.\n# TYPE h histogram\nh_bucket{le="1"} 1\nh_sum 1\nh_count 1\n', '+Inf'],
    [
      'buckets that fall',
      '# HELP h H.\n# TYPE h histogram\nh_bucket{le="1"} 2\nh_bucket{le="+Inf"} 1\nh_sum 1\nh_count 1\n',
      'cumulative',
    ],
    ['a quote that is not escaped', `${head}a{x="a"b"} 1\n`, 'labels'],
  ])('sees %s', (_what, text, breach) => {
    expect(breachesOf(text).join()).toContain(breach);
  });
});
