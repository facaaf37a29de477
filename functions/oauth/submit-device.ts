import * as z from 'zod';
import { endpoint } from '../../lib/kernel/http/endpoint.ts';
import { perMinutePerAddress } from '../../lib/kernel/http/rate-limit.ts';
import { submitDevice } from '../../lib/oauth/device.ts';
import { farPageAnswers, replies } from '../../lib/oauth/reply.ts';

export const handler = endpoint({
  route: 'POST /oauth/device',
  summary: 'The forms of that page: the code, signing in, allowing, refusing',
  permission: 'public',
  limit: perMinutePerAddress(10),
  uses: ['mysql', 'sessions', 'queues', 'secrets', 'settings', 'upstream', 'identityProviders'],
  body: z.string().meta({ examples: ['user_code=BCDF-GHJK'] }),
  bodyAs: 'text',
  produces: 'text/html; charset=utf-8',
  answers: farPageAnswers,
  ...replies,
  run: ({ body, request, services }) => submitDevice(services, request, body),
});
