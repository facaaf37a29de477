import { endpoint } from '../../lib/kernel/http/endpoint.ts';
import { perMinute } from '../../lib/kernel/http/rate-limit.ts';
import { refresh } from '../../lib/auth/refresh.ts';
import { RefreshRequest, TokenPair } from '../../lib/auth/schema.ts';

export const handler = endpoint({
  route: 'POST /api/v1/auth/refresh',
  summary: 'Exchange a refresh token for a new pair of tokens',
  permission: 'public',
  limit: { ...perMinute(60), vital: true },
  uses: ['sessions', 'signing'],
  body: RefreshRequest,
  output: TokenPair,
  headers: () => ({ 'cache-control': 'no-store' }),
  problems: ['invalid-refresh-token'],
  run: ({ body, services }) => refresh(services, body.refresh_token),
});
