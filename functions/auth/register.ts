import { endpoint } from '../../lib/kernel/http/endpoint.ts';
import { perMinutePerAddress } from '../../lib/kernel/http/rate-limit.ts';
import { register } from '../../lib/auth/register.ts';
import { Registration, UserView } from '../../lib/auth/schema.ts';

export const handler = endpoint({
  route: 'POST /api/v1/auth/register',
  summary: 'Register a user',
  permission: 'recognised',
  limit: perMinutePerAddress(10),
  uses: ['mysql', 'queues', 'settings'],
  body: Registration,
  output: UserView,
  status: 201,
  problems: ['user-exists', 'registration-closed', 'invalid-invite', 'forbidden'],
  run: ({ body, caller, services }) => register(services, caller, body),
});
