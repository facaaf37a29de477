import { listDeployments } from '../../lib/deployments/list-deployments.ts';
import { DeploymentPage, ListDeployments } from '../../lib/deployments/schema.ts';
import { endpoint } from '../../lib/kernel/http/endpoint.ts';

export const handler = endpoint({
  route: 'GET /api/v1/deployments',
  summary: 'List deployments, newest first',
  permission: 'deployments:read',
  uses: ['mysql', 'settings'],
  query: ListDeployments,
  output: DeploymentPage,
  run: ({ query, services }) => listDeployments(services, query),
});
