import { RelayRequested } from '../../events/relay-requested.ts';
import { worker } from '../../lib/kernel/lambda/worker.ts';
import { relayEntries } from '../../lib/outbox/relay-entries.ts';

export const handler = worker({
  queue: 'relay',
  summary: 'Tells the world of committed changes: history, audit log, standing, live events',
  message: RelayRequested,
  uses: ['mysql', 'mongo', 'auth', 'live', 'sockets'],
  timeoutSeconds: 30,
  run: async ({ message, services, log }) => log.set(await relayEntries(services, message.outbox_ids)),
});
