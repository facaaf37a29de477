import { confirmSecondFactor } from '../../lib/auth/second-factor.ts';
import { RecoveryCodes, TotpConfirmation } from '../../lib/auth/schema.ts';
import { endpoint } from '../../lib/kernel/http/endpoint.ts';
import { perMinute } from '../../lib/kernel/http/rate-limit.ts';

export const handler = endpoint({
  route: 'POST /api/v1/auth/totp/confirm',
  summary: 'Put the second factor in force; the answer shows the recovery codes this once',
  permission: 'authenticated',
  limit: { ...perMinute(10), vital: true },
  idempotent: false,
  uses: ['mysql', 'sessions', 'queues', 'secrets'],
  body: TotpConfirmation,
  output: RecoveryCodes,
  headers: () => ({ 'cache-control': 'no-store' }),
  problems: ['totp-required', 'conflict', 'forbidden'],
  run: ({ body, caller, services }) => confirmSecondFactor(services, caller, body.totp),
});
