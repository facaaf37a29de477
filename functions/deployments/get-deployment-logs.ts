import { readDeploymentLogs } from '../../lib/deployments/read-logs.ts';
import { DeploymentId, DeploymentLogs, ReadLogs } from '../../lib/deployments/schema.ts';
import { endpoint } from '../../lib/kernel/http/endpoint.ts';

export const handler = endpoint({
  route: 'GET /api/v1/deployments/{deployment_id}/logs',
  summary: "Read the last lines of a deployment's servers",
  permission: 'deployments:read',
  uses: ['mysql', 'upstream', 'secrets'],
  params: DeploymentId,
  query: ReadLogs,
  output: DeploymentLogs,
  headers: () => ({ 'cache-control': 'no-store' }),
  run: ({ params, query, caller, services }) => readDeploymentLogs(services, caller, params.deployment_id, query),
});
