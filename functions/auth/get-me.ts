import { endpoint } from '../../lib/kernel/http/endpoint.ts';
import { getMe } from '../../lib/auth/get-me.ts';
import { Me } from '../../lib/auth/schema.ts';

export const handler = endpoint({
  route: 'GET /api/v1/auth/me',
  summary: 'Who the caller is, and what these credentials may do',
  permission: 'authenticated',
  uses: ['mysql'],
  output: Me,
  run: ({ caller, services }) => getMe(services, caller),
});
