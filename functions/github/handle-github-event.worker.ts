import { GithubEvent } from '../../events/github-event.ts';
import { worker } from '../../lib/kernel/lambda/worker.ts';
import { handleEvent } from '../../lib/github/handle-event.ts';

export const handler = worker({
  queue: 'github-events',
  summary: 'Handles webhook deliveries and looks at connected repositories',
  message: GithubEvent,
  uses: ['mysql', 'mongo', 'queues', 'secrets', 'github', 'deliveries'],
  timeoutSeconds: 60,
  run: async ({ message, services, log }) => log.set(await handleEvent(services, message)),
});
