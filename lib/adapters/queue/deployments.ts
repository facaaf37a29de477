import type { DeploymentDue } from '../../../events/deployment-due.ts';
import type { DeploymentQueue } from '../../deployments/ports.ts';
import { currentCorrelation } from '../../kernel/log/correlation.ts';
import type { Queues } from './sqs.ts';

export function queueDeployments(queues: Queues): DeploymentQueue {
  return {
    async due(deployment_id, delaySeconds) {
      try {
        await queues.send('deployments', { deployment_id } satisfies DeploymentDue, delaySeconds);
      } catch (error) {
        currentCorrelation()?.log.warn('The deployment worker could not be told; the sweeper will find the row.', {
          error,
        });
      }
    },
  };
}
