import * as z from 'zod';
import { endpoint } from '../../lib/kernel/http/endpoint.ts';
import { queryFlag } from '../../lib/kernel/http/fields.ts';
import { HealthReport, reportHealth } from '../../lib/system/show-operations.ts';

export const handler = endpoint({
  route: 'GET /health',
  summary: 'Ask every store for a sign of life; admins also how schedules, queues and index are',
  permission: 'recognised',
  uses: ['mysql', 'mongo', 'redis', 'sessions', 'queues', 'deadLetters', 'settings'],
  query: z.object({
    verbose: z.union([queryFlag(), z.literal('').transform(() => true)]).default(false),
  }),
  output: HealthReport,
  answers: { 503: HealthReport },
  statusOf: ({ status }) => (status === 'unhealthy' ? 503 : 200),
  headers: () => ({ 'cache-control': 'no-store' }),
  run: ({ caller, query, services }) => reportHealth(services, caller, query.verbose),
});
