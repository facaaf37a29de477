import * as z from 'zod';
import { changePassword } from '../../lib/auth/change-password.ts';
import { PasswordChange } from '../../lib/auth/schema.ts';
import { endpoint } from '../../lib/kernel/http/endpoint.ts';
import { perMinute } from '../../lib/kernel/http/rate-limit.ts';

export const handler = endpoint({
  route: 'POST /api/v1/auth/password',
  summary: 'Change the password; every other session ends',
  permission: 'authenticated',
  limit: { ...perMinute(10), vital: true },
  idempotent: false,
  uses: ['mysql', 'sessions', 'queues'],
  body: PasswordChange,
  output: z.void(),
  status: 204,
  problems: ['invalid-credentials', 'forbidden'],
  run: ({ body, caller, services }) => changePassword(services, caller, body),
});
