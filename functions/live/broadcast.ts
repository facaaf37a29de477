import { endpoint } from '../../lib/kernel/http/endpoint.ts';
import { Broadcast, broadcast, Broadcasted } from '../../lib/live/broadcast.ts';

export const handler = endpoint({
  route: 'POST /api/v1/broadcast',
  summary: 'Send a message to everybody who listens (admins)',
  permission: 'users:update',
  uses: ['mysql', 'queues', 'live', 'sockets'],
  body: Broadcast,
  output: Broadcasted,
  run: ({ body, caller, services }) => broadcast(services, caller, body),
});
