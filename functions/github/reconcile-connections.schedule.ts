import { schedule } from '../../lib/kernel/lambda/schedule.ts';
import { reconcileConnections } from '../../lib/github/reconcile-connections.ts';

export const handler = schedule({
  everyMinutes: 10,
  summary: 'Looks for changes of connected repositories whose webhooks did not arrive',
  uses: ['mysql', 'queues'],
  run: async ({ services, log, now }) => log.set(await reconcileConnections(services, now)),
});
