import { endpoint } from '../../lib/kernel/http/endpoint.ts';
import { locationOf, requestSync } from '../../lib/github/request-sync.ts';
import { ConnectionId } from '../../lib/github/schema.ts';
import { Accepted } from '../../lib/tasks/schema.ts';

export const handler = endpoint({
  route: 'POST /api/v1/github/sync/{connection_id}',
  summary: 'Bring a tool to what its repository says now',
  permission: 'github:update',
  uses: ['mysql', 'mongo', 'queues', 'secrets'],
  params: ConnectionId,
  output: Accepted,
  status: 202,
  headers: locationOf,
  run: ({ params, caller, services }) => requestSync(services, caller, params.connection_id),
});
