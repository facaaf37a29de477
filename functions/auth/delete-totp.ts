import * as z from 'zod';
import { removeSecondFactor } from '../../lib/auth/second-factor.ts';
import { TotpRemoval } from '../../lib/auth/schema.ts';
import { endpoint } from '../../lib/kernel/http/endpoint.ts';
import { perMinute } from '../../lib/kernel/http/rate-limit.ts';

export const handler = endpoint({
  route: 'DELETE /api/v1/auth/totp',
  summary: 'Remove the second factor, with one last code of it',
  permission: 'authenticated',
  limit: { ...perMinute(10), vital: true },
  uses: ['mysql', 'sessions', 'queues', 'secrets'],
  body: TotpRemoval,
  output: z.void(),
  status: 204,
  problems: ['totp-required', 'conflict', 'forbidden'],
  run: ({ body, caller, services }) => removeSecondFactor(services, caller, body?.totp ?? undefined),
});
