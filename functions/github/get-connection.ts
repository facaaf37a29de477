import { endpoint } from '../../lib/kernel/http/endpoint.ts';
import { getConnection } from '../../lib/github/find-connection.ts';
import { Connection, ConnectionId } from '../../lib/github/schema.ts';

export const handler = endpoint({
  route: 'GET /api/v1/github/connections/{connection_id}',
  summary: 'Show a connected repository: how far it is in step, and what went wrong last',
  permission: 'github:read',
  uses: ['mysql'],
  params: ConnectionId,
  output: Connection,
  run: ({ params, caller, services }) => getConnection(services, caller, params.connection_id),
});
