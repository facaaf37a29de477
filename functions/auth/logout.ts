import * as z from 'zod';
import { endpoint } from '../../lib/kernel/http/endpoint.ts';
import { endSockets } from '../../lib/live/disconnect.ts';
import { logout } from '../../lib/auth/logout.ts';
import { LogoutRequest } from '../../lib/auth/schema.ts';

export const handler = endpoint({
  route: 'POST /api/v1/auth/logout',
  summary: 'End a session, its access tokens included',
  permission: 'recognised',
  uses: ['sessions', 'live', 'sockets'],
  body: LogoutRequest,
  output: z.void(),
  status: 204,
  run: async ({ body, caller, services }) => {
    for (const userId of await logout(services, caller, body?.refresh_token ?? undefined))
      await endSockets(services, userId);
  },
});
