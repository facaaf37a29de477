import * as z from 'zod';
import { endpoint } from '../../lib/kernel/http/endpoint.ts';
import { perMinute } from '../../lib/kernel/http/rate-limit.ts';
import { issueToken } from '../../lib/oauth/issue-token.ts';
import { refusals, replies, TokenBody } from '../../lib/oauth/reply.ts';

export const handler = endpoint({
  route: 'POST /oauth/token',
  summary: 'Exchange an authorization code, a refresh token or a device code for tokens (OAuth 2.1, RFC 8628)',
  permission: 'public',
  limit: { ...perMinute(60), vital: true },
  uses: ['mysql', 'sessions', 'signing', 'queues', 'secrets', 'settings', 'upstream'],
  body: z.string().meta({ examples: ['grant_type=refresh_token&refresh_token=x&client_id=x'] }),
  bodyAs: 'text',
  produces: 'application/json',
  answers: { 200: TokenBody, ...refusals },
  ...replies,
  run: ({ body, request, services }) => issueToken(services, request.headers, body),
});
