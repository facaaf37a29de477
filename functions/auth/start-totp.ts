import { startSecondFactor } from '../../lib/auth/second-factor.ts';
import { TotpSecret } from '../../lib/auth/schema.ts';
import { endpoint } from '../../lib/kernel/http/endpoint.ts';
import { perMinute } from '../../lib/kernel/http/rate-limit.ts';

export const handler = endpoint({
  route: 'POST /api/v1/auth/totp',
  summary: 'Set up a second factor: the secret for an authenticator app, which a code then confirms',
  permission: 'authenticated',
  limit: { ...perMinute(10), vital: true },
  idempotent: false,
  uses: ['mysql', 'sessions', 'queues', 'secrets', 'settings'],
  output: TotpSecret,
  status: 201,
  headers: () => ({ 'cache-control': 'no-store' }),
  problems: ['conflict', 'forbidden'],
  run: ({ caller, services }) => startSecondFactor(services, caller),
});
