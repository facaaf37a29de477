import { DeploymentId, StoppedDeployment } from '../../lib/deployments/schema.ts';
import { stopDeployment } from '../../lib/deployments/stop-deployment.ts';
import { endpoint } from '../../lib/kernel/http/endpoint.ts';

export const handler = endpoint({
  route: 'DELETE /api/v1/deployments/{deployment_id}',
  summary: 'Stop a deployment: its endpoint at once, its tasks gracefully, then hard',
  permission: 'deployments:delete',
  uses: ['mysql', 'queues', 'secrets', 'containers', 'upstream', 'settings'],
  params: DeploymentId,
  output: StoppedDeployment,
  run: ({ params, caller, services }) => stopDeployment(services, caller, params.deployment_id),
});
