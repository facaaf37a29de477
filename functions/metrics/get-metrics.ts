import * as z from 'zod';
import { endpoint } from '../../lib/kernel/http/endpoint.ts';
import { showMetrics } from '../../lib/metrics/show-metrics.ts';

export const handler = endpoint({
  route: 'GET /metrics',
  summary: 'Metrics of the whole installation, for Prometheus',
  permission: 'recognised',
  uses: ['mysql', 'redis', 'settings'],
  output: z.string(),
  produces: 'text/plain; version=0.0.4; charset=utf-8',
  run: ({ caller, services }) => showMetrics(services, caller),
});
