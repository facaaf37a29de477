import { getDeployment } from '../../lib/deployments/get-deployment.ts';
import { DeploymentId, DeploymentView } from '../../lib/deployments/schema.ts';
import { endpoint } from '../../lib/kernel/http/endpoint.ts';

export const handler = endpoint({
  route: 'GET /api/v1/deployments/{deployment_id}',
  summary: 'Read a deployment: how far it is, how to connect, what went wrong last, how it is used',
  permission: 'deployments:read',
  uses: ['mysql', 'settings'],
  params: DeploymentId,
  output: DeploymentView,
  run: ({ params, caller, services, request }) =>
    getDeployment(services, caller, params.deployment_id, request.headers['host']),
});
