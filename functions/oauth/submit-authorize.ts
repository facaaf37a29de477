import * as z from 'zod';
import { endpoint } from '../../lib/kernel/http/endpoint.ts';
import { perMinutePerAddress } from '../../lib/kernel/http/rate-limit.ts';
import { submitAuthorize } from '../../lib/oauth/authorize.ts';
import { farPageAnswers, replies } from '../../lib/oauth/reply.ts';

export const handler = endpoint({
  route: 'POST /oauth/authorize',
  summary: 'The forms of that page: signing in, allowing, refusing',
  permission: 'public',
  limit: perMinutePerAddress(10),
  uses: ['mysql', 'sessions', 'queues', 'secrets', 'settings', 'upstream', 'identityProviders'],
  body: z.string().meta({ examples: ['step=login'] }),
  bodyAs: 'text',
  produces: 'text/html; charset=utf-8',
  answers: farPageAnswers,
  ...replies,
  run: ({ body, request, services }) => submitAuthorize(services, request, body),
});
