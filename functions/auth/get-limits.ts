import { endpoint } from '../../lib/kernel/http/endpoint.ts';
import { Limits, showLimits } from '../../lib/quotas/show-limits.ts';

export const handler = endpoint({
  route: 'GET /api/v1/auth/limits',
  summary: 'My quotas: limit and use',
  permission: 'authenticated',
  uses: ['mysql', 'mongo', 'quotas'],
  output: Limits,
  run: ({ caller, services }) => showLimits(services, caller),
});
