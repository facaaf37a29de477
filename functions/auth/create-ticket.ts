import { createTicket } from '../../lib/auth/tickets.ts';
import { Ticket } from '../../lib/auth/schema.ts';
import { endpoint } from '../../lib/kernel/http/endpoint.ts';

export const handler = endpoint({
  route: 'POST /api/v1/auth/ticket',
  summary: 'Get a one-use ticket for /ws and /events, so that no credential stands in a URL',
  permission: 'authenticated',
  idempotent: false,
  uses: ['sessions', 'settings'],
  output: Ticket,
  status: 201,
  headers: () => ({ 'cache-control': 'no-store' }),
  run: ({ caller, services, request }) => createTicket(services, caller, request),
});
