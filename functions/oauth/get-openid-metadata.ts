import { endpoint } from '../../lib/kernel/http/endpoint.ts';
import { serverMetadata, ServerMetadata } from '../../lib/oauth/metadata.ts';

export const handler = endpoint({
  route: 'GET /.well-known/openid-configuration',
  summary: 'The same, where some clients look for it',
  permission: 'public',
  uses: ['settings'],
  output: ServerMetadata,
  headers: () => ({ 'cache-control': 'public, max-age=300' }),
  run: ({ services }) => serverMetadata(services),
});
