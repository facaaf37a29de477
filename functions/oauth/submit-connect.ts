import * as z from 'zod';
import { endpoint } from '../../lib/kernel/http/endpoint.ts';
import { perMinutePerAddress } from '../../lib/kernel/http/rate-limit.ts';
import { submitConnect } from '../../lib/mcp/account/connect-account.ts';
import { AnySlug } from '../../lib/mcp/schema.ts';
import { farPageAnswers, replies } from '../../lib/oauth/reply.ts';

export const handler = endpoint({
  route: 'POST /oauth/connect/{slug}',
  summary: 'The form of that page: signs the user in and shows the way to the account',
  permission: 'public',
  limit: perMinutePerAddress(10),
  uses: ['mysql', 'sessions', 'queues', 'secrets', 'settings', 'upstream', 'issuerClients', 'identityProviders'],
  params: AnySlug,
  body: z.string().meta({ examples: ['decision=sign-in'] }),
  bodyAs: 'text',
  produces: 'text/html; charset=utf-8',
  answers: farPageAnswers,
  ...replies,
  run: ({ params, body, request, services }) => submitConnect(services, params.slug, request, body),
});
