import * as z from 'zod';
import { endpoint } from '../../lib/kernel/http/endpoint.ts';
import { perMinutePerAddress } from '../../lib/kernel/http/rate-limit.ts';
import { register } from '../../lib/oauth/register.ts';
import { refusals, RegisteredClient, replies } from '../../lib/oauth/reply.ts';

export const handler = endpoint({
  route: 'POST /oauth/register',
  summary: 'Register an application (RFC 7591); nothing is kept, the client id is the registration',
  permission: 'public',
  limit: perMinutePerAddress(60),
  uses: ['secrets'],
  body: z.string().meta({ examples: ['{"redirect_uris":["http://127.0.0.1/callback"]}'] }),
  bodyAs: 'text',
  produces: 'application/json',
  status: 201,
  answers: { 201: RegisteredClient, ...refusals },
  ...replies,
  run: ({ body, services }) => register(services, body),
});
