import { endpoint } from '../../lib/kernel/http/endpoint.ts';
import { serverMetadata, ServerMetadata } from '../../lib/oauth/metadata.ts';

export const handler = endpoint({
  route: 'GET /.well-known/oauth-authorization-server',
  summary: 'How to get tokens (RFC 8414)',
  permission: 'public',
  uses: ['settings'],
  output: ServerMetadata,
  headers: () => ({ 'cache-control': 'public, max-age=300' }),
  run: ({ services }) => serverMetadata(services),
});
