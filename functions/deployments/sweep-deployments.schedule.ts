import { sweepDeployments } from '../../lib/deployments/sweep-deployments.ts';
import { schedule } from '../../lib/kernel/lambda/schedule.ts';

export const handler = schedule({
  everyMinutes: 1,
  summary: 'Finds silent replicas, tasks of nobody, and deployments that are stuck',
  uses: ['mysql', 'queues', 'secrets', 'containers', 'upstream', 'settings'],
  run: async ({ services, log, now }) => log.set(await sweepDeployments(services, now)),
});
