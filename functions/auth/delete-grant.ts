import { endpoint } from '../../lib/kernel/http/endpoint.ts';
import { deleteGrant, EndedGrant, GrantId } from '../../lib/oauth/grants.ts';

export const handler = endpoint({
  route: 'DELETE /api/v1/auth/grants/{grant_id}',
  summary: 'End what an application may do for me, with its next request',
  permission: 'authenticated',
  uses: ['mysql', 'sessions', 'queues'],
  params: GrantId,
  output: EndedGrant,
  problems: ['forbidden'],
  run: ({ params, caller, services }) => deleteGrant(services, caller, params.grant_id),
});
