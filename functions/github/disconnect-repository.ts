import { endpoint } from '../../lib/kernel/http/endpoint.ts';
import { disconnectRepository } from '../../lib/github/disconnect-repository.ts';
import { ConnectionId, Disconnected } from '../../lib/github/schema.ts';

export const handler = endpoint({
  route: 'DELETE /api/v1/github/disconnect/{connection_id}',
  summary: 'Disconnect a repository; its tool stays',
  permission: 'github:delete',
  uses: ['mysql', 'mongo', 'queues', 'secrets', 'github', 'deliveries'],
  params: ConnectionId,
  output: Disconnected,
  run: ({ params, caller, services }) => disconnectRepository(services, caller, params.connection_id),
});
