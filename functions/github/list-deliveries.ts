import { endpoint } from '../../lib/kernel/http/endpoint.ts';
import { listDeliveries } from '../../lib/github/find-connection.ts';
import { ConnectionId, Deliveries } from '../../lib/github/schema.ts';

export const handler = endpoint({
  route: 'GET /api/v1/github/connections/{connection_id}/deliveries',
  summary: 'List the webhook deliveries of the last three days and what became of them',
  permission: 'github:read',
  uses: ['mysql', 'deliveries'],
  params: ConnectionId,
  output: Deliveries,
  run: ({ params, caller, services }) => listDeliveries(services, caller, params.connection_id),
});
