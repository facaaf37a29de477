import { allows, type Caller } from '../kernel/http/caller.ts';
import { Problem } from '../kernel/errors/problem.ts';
import type { BaseSettings } from '../kernel/settings/settings.ts';
import { expose, type Gauge, type Sample } from './exposition.ts';
import type { GaugeStore, MetricStore, Series } from './ports.ts';

export interface MetricsServices {
  readonly metrics: MetricStore;
  readonly gauges: GaugeStore;
  readonly settings: Pick<BaseSettings, 'STAGE'>;
}

/** The labels of each gauge. */
export const gaugeLabels = {
  mcp_tools_total: ['status'],
  mcp_deployments_active: [],
  mcp_deployments_unhealthy: [],
  outbox_entries: [],
  cache_hit_rate: [],
  mcp_metrics_store_up: [],
  mcp_metrics_since_seconds: [],
} as const satisfies Readonly<Record<string, readonly string[]>>;

/**
 * The metrics of the whole installation. Without Redis the gauges alone, and `mcp_metrics_store_up 0`. On one machine anybody may read them, elsewhere `metrics:read`.
 * @throws Problem `unauthorized`, `forbidden`; `service-unavailable` when MySQL is away.
 */
export async function showMetrics(services: MetricsServices, caller: Caller | undefined): Promise<string> {
  if (services.settings.STAGE !== 'local') assertMayRead(caller);
  const [now, counted] = await Promise.all([services.gauges.read(), services.metrics.read()]);
  const values = counted?.values ?? [];
  const gauges: Gauge[] = [
    gauge('mcp_tools_total', 'Tools that are not deleted, by status.', samples(now.toolsByStatus)),
    gauge(
      'mcp_deployments_active',
      'Deployments that are not stopped and have not failed.',
      one(now.activeDeployments),
    ),
    gauge('mcp_deployments_unhealthy', 'Running deployments that are not healthy.', one(now.unhealthyDeployments)),
    gauge('outbox_entries', 'Committed changes that are not published yet.', one(now.outboxEntries)),
    gauge('cache_hit_rate', 'Share of cache reads that the cache answered, 0 to 1.', one(hitRate(values))),
    gauge('mcp_metrics_store_up', 'Whether the counters could be read: 1 or 0.', one(counted ? 1 : 0)),
    gauge(
      'mcp_metrics_since_seconds',
      'When the counters began, in seconds since 1970.',
      counted?.since ? one(counted.since.getTime() / 1000) : [],
    ),
  ];
  return expose(gauges, values);
}

function assertMayRead(caller: Caller | undefined): void {
  if (!caller)
    throw new Problem('unauthorized', {
      detail: 'Send an API key with metrics:read (X-API-Key) or an access token (Authorization: Bearer …).',
      headers: { 'www-authenticate': 'Bearer' },
    });
  if (allows(caller, 'metrics:read')) return;
  throw new Problem('forbidden', {
    detail: 'Requires permission metrics:read.',
    extra: { required_permission: 'metrics:read' },
  });
}

function gauge(name: keyof typeof gaugeLabels, help: string, of: readonly Sample[]): Gauge {
  return { name, help, labels: gaugeLabels[name], samples: of };
}

function one(value: number): Sample[] {
  return [{ labels: [], value }];
}

function samples(byLabel: ReadonlyMap<string, number>): Sample[] {
  return [...byLabel].map(([label, value]) => ({ labels: [label], value }));
}

function hitRate(values: readonly (readonly [Series, number])[]): number {
  const of = (result: string): number =>
    values.find(([[name, label]]) => name === 'cache_requests_total' && label === result)?.[1] ?? 0;
  const [hits, misses] = [of('hit'), of('miss')];
  return hits + misses === 0 ? 0 : hits / (hits + misses);
}
