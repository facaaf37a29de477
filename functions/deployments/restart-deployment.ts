import { restartDeployment } from '../../lib/deployments/restart-deployment.ts';
import { DeploymentId, RestartedDeployment } from '../../lib/deployments/schema.ts';
import { endpoint } from '../../lib/kernel/http/endpoint.ts';

export const handler = endpoint({
  route: 'POST /api/v1/deployments/{deployment_id}/restart',
  summary: 'Start a deployment anew; what serves goes on until the new replicas are ready',
  permission: 'deployments:update',
  uses: ['mysql', 'queues', 'secrets', 'quotas'],
  params: DeploymentId,
  output: RestartedDeployment,
  status: 202,
  problems: ['conflict', 'deployment-exists', 'quota-exceeded'],
  run: ({ params, caller, services }) => restartDeployment(services, caller, params.deployment_id),
});
