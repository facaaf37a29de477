import { checkDeploymentHealth } from '../../lib/deployments/check-health.ts';
import { DeploymentHealth, DeploymentId } from '../../lib/deployments/schema.ts';
import { endpoint } from '../../lib/kernel/http/endpoint.ts';

export const handler = endpoint({
  route: 'GET /api/v1/deployments/{deployment_id}/health',
  summary: "Check a deployment's replicas now",
  permission: 'deployments:read',
  uses: ['mysql', 'upstream', 'secrets', 'queues', 'settings'],
  params: DeploymentId,
  output: DeploymentHealth,
  headers: () => ({ 'cache-control': 'no-store' }),
  run: ({ params, caller, services }) => checkDeploymentHealth(services, caller, params.deployment_id),
});
