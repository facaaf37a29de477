import { DeploymentDue } from '../../events/deployment-due.ts';
import { reconcile } from '../../lib/deployments/run-deployment.ts';
import { worker } from '../../lib/kernel/lambda/worker.ts';

export const handler = worker({
  queue: 'deployments',
  summary: 'Starts and stops the tasks of deployments',
  message: DeploymentDue,
  uses: ['mysql', 'queues', 'secrets', 'containers', 'upstream', 'settings'],
  timeoutSeconds: 60,
  concurrency: 4,
  run: async ({ message, services, log }) => log.set(await reconcile(services, message.deployment_id)),
});
