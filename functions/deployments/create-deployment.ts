import { createDeployment } from '../../lib/deployments/create-deployment.ts';
import { CreateDeployment, DeploymentSummary, Replace } from '../../lib/deployments/schema.ts';
import { endpoint } from '../../lib/kernel/http/endpoint.ts';
import { perMinute } from '../../lib/kernel/http/rate-limit.ts';

export const handler = endpoint({
  route: 'POST /api/v1/deployments',
  summary: 'Deploy a server of a tool',
  permission: 'deployments:create',
  limit: perMinute(30),
  uses: ['mysql', 'queues', 'secrets', 'settings', 'quotas'],
  query: Replace,
  body: CreateDeployment,
  output: DeploymentSummary,
  status: 201,
  problems: ['not-found', 'deployment-exists', 'package-not-deployable', 'quota-exceeded'],
  headers: ({ deployment_id }) => ({ location: `/api/v1/deployments/${deployment_id}` }),
  run: ({ body, query, caller, services }) => createDeployment(services, caller, body, query),
});
