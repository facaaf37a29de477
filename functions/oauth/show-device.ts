import { endpoint } from '../../lib/kernel/http/endpoint.ts';
import { perMinutePerAddress } from '../../lib/kernel/http/rate-limit.ts';
import { showDevice } from '../../lib/oauth/device.ts';
import { AnyQuery, pageAnswers, replies } from '../../lib/oauth/reply.ts';

export const handler = endpoint({
  route: 'GET /oauth/device',
  summary: 'The page on which a person enters or confirms the code of a command line (RFC 8628)',
  permission: 'public',
  limit: perMinutePerAddress(60),
  uses: ['secrets'],
  query: AnyQuery,
  produces: 'text/html; charset=utf-8',
  answers: pageAnswers,
  ...replies,
  run: ({ request, services }) => showDevice(services, request),
});
