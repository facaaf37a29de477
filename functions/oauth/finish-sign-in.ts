import { endpoint } from '../../lib/kernel/http/endpoint.ts';
import { perMinutePerAddress } from '../../lib/kernel/http/rate-limit.ts';
import { AnyQuery, farPageAnswers, replies } from '../../lib/oauth/reply.ts';
import { finishSignIn } from '../../lib/oauth/sign-in-elsewhere.ts';

export const handler = endpoint({
  route: 'GET /oauth/signed-in',
  summary: 'Where a provider with which users sign in sends the browser back to',
  permission: 'public',
  limit: perMinutePerAddress(60),
  uses: ['sessions', 'secrets', 'settings', 'upstream', 'identityProviders'],
  query: AnyQuery,
  produces: 'text/html; charset=utf-8',
  answers: farPageAnswers,
  ...replies,
  run: ({ request, services }) => finishSignIn(services, request),
});
