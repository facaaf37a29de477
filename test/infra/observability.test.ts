import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { counterFamilies } from '../../lib/metrics/exposition.ts';
import { gaugeLabels } from '../../lib/metrics/show-metrics.ts';

const read = (file: string): string =>
  readFileSync(join(import.meta.dirname, '../../infra/observability', file), 'utf8');

/** Names that the platform serves, with their labels; a histogram has three. */
const served = new Map<string, readonly string[]>([
  ...counterFamilies.flatMap(({ name, type, labels }): [string, readonly string[]][] =>
    type === 'histogram'
      ? [
          [`${name}_bucket`, [...labels, 'le']],
          [`${name}_sum`, labels],
          [`${name}_count`, labels],
        ]
      : [[name, labels]],
  ),
  ...Object.entries(gaugeLabels),
  ['up', ['job']],
]);

/** What a query asks for that is not served. */
function unknownIn(query: string): string[] {
  const names = [...query.matchAll(/\b([a-z][a-z0-9_]*_[a-z0-9_]+|up)\b(?!\s*\()(\{[^}]*\})?/g)];
  return names
    .filter(([, name = '']) => !['histogram_quantile'].includes(name))
    .flatMap(([, name = '', matchers = '']) => {
      const labels = served.get(name);
      if (labels === undefined) return [name];
      const asked = [...matchers.matchAll(/([a-z_]+)\s*(?:=~|!~|!=|=)/g)].map(([, label = '']) => label);
      return asked.filter((label) => !labels.includes(label)).map((label) => `${name}{${label}}`);
    });
}

describe('what is given to Prometheus and Grafana', () => {
  it('asks only for metrics and labels that are served', () => {
    const { panels } = JSON.parse(read('dashboard.json')) as { panels: { targets: { expr: string }[] }[] };
    const rules = [...read('alerts.yml').matchAll(/expr: (?:>-\n)?((?:.+\n)+?)(?= {8}(?:for|labels):)/g)];
    const queries = [
      ...panels.flatMap(({ targets }) => targets.map(({ expr }) => expr)),
      ...rules.map(([, expr = '']) => expr),
    ];
    expect(queries.length).toBeGreaterThan(18);
    expect(queries.flatMap(unknownIn)).toEqual([]);
  });

  it('is seen when it asks for something else', () => {
    expect(unknownIn('rate(http_request_total[5m])')).toEqual(['http_request_total']);
    expect(unknownIn('mcp_tool_calls_total{user="x"}')).toEqual(['mcp_tool_calls_total{user}']);
  });
});
