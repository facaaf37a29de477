import { bucketSeconds } from './count-lines.ts';
import type { Series } from './ports.ts';

/* The text format of Prometheus (exposition format 0.0.4). */

interface Family {
  readonly name: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly help: string;
  readonly labels: readonly string[];
}

/** The counters, by the name under which they are stored. */
export const counterFamilies: readonly Family[] = [
  {
    name: 'http_requests_total',
    type: 'counter',
    help: 'Requests by method, route and status.',
    labels: ['method', 'endpoint', 'status'],
  },
  {
    name: 'http_request_duration_seconds',
    type: 'histogram',
    help: 'Time from the arrival of a request to the end of its answer.',
    labels: ['method', 'endpoint'],
  },
  {
    name: 'mcp_tool_calls_total',
    type: 'counter',
    help: 'Tool calls of deployed servers. Beyond 500 tools the rest counts as "other".',
    labels: ['slug', 'tool', 'status'],
  },
  {
    name: 'mcp_tool_call_duration_seconds',
    type: 'histogram',
    help: 'Time that a deployed server took for a tool call.',
    labels: ['slug', 'tool'],
  },
  { name: 'tasks_total', type: 'counter', help: 'Attempts of tasks that ended.', labels: ['type', 'status'] },
  {
    name: 'celery_tasks_total',
    type: 'counter',
    help: 'The same as tasks_total, for dashboards of the FastAPI version.',
    labels: ['task_name', 'status'],
  },
  { name: 'cache_requests_total', type: 'counter', help: 'Reads of the cache.', labels: ['result'] },
  {
    name: 'rate_limits_skipped_total',
    type: 'counter',
    help: 'Requests whose rate limit was not counted because Redis was away.',
    labels: [],
  },
];

export interface Sample {
  readonly labels: readonly string[];
  readonly value: number;
}

/** A gauge with its samples. */
export interface Gauge {
  readonly name: string;
  readonly help: string;
  readonly labels: readonly string[];
  readonly samples: readonly Sample[];
}

/** The whole text: gauges first, then the counters that have been counted. */
export function expose(gauges: readonly Gauge[], values: readonly (readonly [Series, number])[]): string {
  const blocks = [
    ...gauges.map(({ samples, ...family }) => block({ ...family, type: 'gauge' }, samples.map(sampleOf(family)))),
    ...counterFamilies.map((family) => block(family, linesOf(family, samplesOf(family.name, values)))),
  ];
  return blocks.join('');
}

function block({ name, type, help }: Family, lines: readonly string[]): string {
  if (lines.length === 0) return '';
  return `# HELP ${name} ${help.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')}\n# TYPE ${name} ${type}\n${lines.join('\n')}\n`;
}

function samplesOf(name: string, values: readonly (readonly [Series, number])[]): Sample[] {
  const stored = name === 'celery_tasks_total' ? 'tasks_total' : name;
  return values
    .filter(([[series]]) => series === stored)
    .map(([[, ...labels], value]) => ({ labels, value }))
    .toSorted((a, b) => (a.labels.join('\0') < b.labels.join('\0') ? -1 : 1));
}

function linesOf(family: Family, samples: readonly Sample[]): string[] {
  return family.type === 'histogram' ? histogramLines(family, samples) : samples.map(sampleOf(family));
}

function histogramLines({ name, labels: names }: Family, samples: readonly Sample[]): string[] {
  const groups = new Map<string, { readonly labels: readonly string[]; readonly parts: Map<string, number> }>();
  for (const { labels, value } of samples) {
    const own = labels.slice(0, -1);
    const group = groups.get(JSON.stringify(own)) ?? { labels: own, parts: new Map<string, number>() };
    group.parts.set(labels.at(-1) ?? '', value);
    groups.set(JSON.stringify(own), group);
  }
  return [...groups.values()].flatMap(({ labels, parts }) => {
    let total = 0;
    const buckets = [...bucketSeconds.map(String), '+Inf'].map((bound) => {
      total += parts.get(bound) ?? 0;
      return `${name}_bucket${labelText([...names, 'le'], [...labels, bound])} ${total}`;
    });
    const own = labelText(names, labels);
    return [...buckets, `${name}_sum${own} ${(parts.get('sum') ?? 0) / 1_000_000}`, `${name}_count${own} ${total}`];
  });
}

function sampleOf({ name, labels: names }: Pick<Family, 'name' | 'labels'>) {
  return ({ labels, value }: Sample): string => `${name}${labelText(names, labels)} ${value}`;
}

function escaped(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}

function labelText(names: readonly string[], values: readonly string[]): string {
  if (names.length === 0) return '';
  return `{${names.map((name, index) => `${name}="${escaped(values[index] ?? '')}"`).join(',')}}`;
}
