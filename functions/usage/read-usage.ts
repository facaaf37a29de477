import { endpoint } from '../../lib/kernel/http/endpoint.ts';
import { readUsage } from '../../lib/usage/read-usage.ts';
import { ReadUsage, Usage } from '../../lib/usage/schema.ts';

export const handler = endpoint({
  route: 'GET /api/v1/usage',
  summary: 'Sum up the calls of deployed servers: your own and those of your deployments, all of them for admins',
  permission: 'deployments:read',
  uses: ['mysql'],
  query: ReadUsage,
  output: Usage,
  run: ({ query, caller, services }) => readUsage(services, caller, query),
});
