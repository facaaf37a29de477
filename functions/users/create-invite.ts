import { endpoint } from '../../lib/kernel/http/endpoint.ts';
import { createInvite } from '../../lib/users/create-invite.ts';
import { InviteRequest, InviteView } from '../../lib/users/schema.ts';

export const handler = endpoint({
  route: 'POST /api/v1/users/invites',
  summary: 'Invite somebody to register',
  permission: 'users:invite',
  uses: ['mysql', 'queues'],
  body: InviteRequest,
  output: InviteView,
  status: 201,
  headers: () => ({ 'cache-control': 'no-store' }),
  run: ({ body, caller, services }) => createInvite(services, caller, body),
});
