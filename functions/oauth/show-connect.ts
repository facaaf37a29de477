import { endpoint } from '../../lib/kernel/http/endpoint.ts';
import { perMinutePerAddress } from '../../lib/kernel/http/rate-limit.ts';
import { showConnect } from '../../lib/mcp/account/show-connect.ts';
import { AnySlug } from '../../lib/mcp/schema.ts';
import { AnyQuery, farPageAnswers, replies } from '../../lib/oauth/reply.ts';

export const handler = endpoint({
  route: 'GET /oauth/connect/{slug}',
  summary: 'The page on which a user connects an account at a remote MCP server',
  permission: 'public',
  limit: perMinutePerAddress(60),
  uses: ['secrets', 'identityProviders'],
  params: AnySlug,
  query: AnyQuery,
  produces: 'text/html; charset=utf-8',
  answers: farPageAnswers,
  ...replies,
  run: ({ params, request, services }) => showConnect(services, params.slug, request),
});
