import { endpoint } from '../../lib/kernel/http/endpoint.ts';
import { checkHealth, Health } from '../../lib/system/check-health.ts';

export const handler = endpoint({
  route: 'GET /health',
  summary: 'Ask every store for a sign of life',
  permission: 'public',
  uses: ['mysql', 'mongo', 'redis', 'sessions', 'queues', 'settings'],
  output: Health,
  answers: { 503: Health },
  statusOf: ({ status }) => (status === 'unhealthy' ? 503 : 200),
  headers: () => ({ 'cache-control': 'no-store' }),
  run: ({ services }) => checkHealth(services),
});
