import * as z from 'zod';
import { endpoint } from '../../lib/kernel/http/endpoint.ts';
import { perMinutePerAddress } from '../../lib/kernel/http/rate-limit.ts';
import { refusals, replies } from '../../lib/oauth/reply.ts';
import { revokeToken } from '../../lib/oauth/revoke-token.ts';

export const handler = endpoint({
  route: 'POST /oauth/revoke',
  summary: 'End what a token belongs to (RFC 7009)',
  permission: 'public',
  limit: perMinutePerAddress(60),
  uses: ['mysql', 'sessions', 'queues'],
  body: z.string().meta({ examples: ['token=x&client_id=x'] }),
  bodyAs: 'text',
  produces: 'application/json',
  answers: { 200: z.object({}), ...refusals },
  ...replies,
  run: ({ body, services }) => revokeToken(services, body),
});
