import { endpoint } from '../../lib/kernel/http/endpoint.ts';
import { perMinutePerAddress } from '../../lib/kernel/http/rate-limit.ts';
import { login } from '../../lib/auth/login.ts';
import { Credentials, TokenPair } from '../../lib/auth/schema.ts';

export const handler = endpoint({
  route: 'POST /api/v1/auth/login',
  summary: 'Log in with a password',
  permission: 'public',
  limit: perMinutePerAddress(10),
  uses: ['mysql', 'sessions', 'signing', 'queues', 'secrets', 'settings'],
  body: Credentials,
  output: TokenPair,
  headers: () => ({ 'cache-control': 'no-store' }),
  problems: ['invalid-credentials', 'totp-required', 'password-change-required'],
  run: ({ body, services, request: { sourceIp, headers } }) =>
    login(services, body, { address: sourceIp, userAgent: headers['user-agent'] }),
});
