import { endpoint } from '../../lib/kernel/http/endpoint.ts';
import { perMinutePerAddress } from '../../lib/kernel/http/rate-limit.ts';
import { showAuthorize } from '../../lib/oauth/authorize.ts';
import { AnyQuery, pageAnswers, replies } from '../../lib/oauth/reply.ts';

export const handler = endpoint({
  route: 'GET /oauth/authorize',
  summary: 'The page on which a person signs in for an application (OAuth 2.1)',
  permission: 'public',
  limit: perMinutePerAddress(60),
  uses: ['settings', 'secrets', 'upstream', 'identityProviders'],
  query: AnyQuery,
  produces: 'text/html; charset=utf-8',
  answers: pageAnswers,
  ...replies,
  run: ({ request, services }) => showAuthorize(services, request),
});
