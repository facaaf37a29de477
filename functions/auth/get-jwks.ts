import { endpoint } from '../../lib/kernel/http/endpoint.ts';
import { Jwks } from '../../lib/auth/jwks.ts';

export const handler = endpoint({
  route: 'GET /.well-known/jwks.json',
  summary: 'The public keys that verify access tokens (RFC 7517)',
  permission: 'public',
  uses: ['sessions'],
  output: Jwks,
  headers: () => ({ 'cache-control': 'public, max-age=300' }),
  run: ({ services }) => ({ keys: [...services.verificationKeys.jwks] }),
});
