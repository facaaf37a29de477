import { IssuerKey } from '../../lib/accounts/issuer-registration.ts';
import { endpoint } from '../../lib/kernel/http/endpoint.ts';
import { perMinutePerAddress } from '../../lib/kernel/http/rate-limit.ts';
import { finishConnect } from '../../lib/mcp/account/finish-connect.ts';
import { AnyQuery, farPageAnswers, replies } from '../../lib/oauth/reply.ts';

export const handler = endpoint({
  route: 'GET /oauth/accounts/{issuer_key}/callback',
  summary: 'Where the authorization server of a remote MCP server sends the browser back to',
  permission: 'public',
  limit: perMinutePerAddress(60),
  uses: ['mysql', 'sessions', 'queues', 'secrets', 'settings', 'upstream'],
  params: IssuerKey,
  query: AnyQuery,
  produces: 'text/html; charset=utf-8',
  answers: farPageAnswers,
  ...replies,
  run: ({ params, request, services }) => finishConnect(services, params.issuer_key, request),
});
