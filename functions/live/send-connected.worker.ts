import { SocketOpened } from '../../events/socket-opened.ts';
import { worker } from '../../lib/kernel/lambda/worker.ts';
import { sendConnected } from '../../lib/live/connect.ts';

export const handler = worker({
  queue: 'live',
  summary: 'Says `connected` to a WebSocket once it is open',
  message: SocketOpened,
  uses: ['sockets'],
  timeoutSeconds: 10,
  run: ({ message, attempt, services }) => sendConnected(services, message.connection_id, attempt),
});
