import { UserView } from '../../lib/auth/schema.ts';
import { endpoint } from '../../lib/kernel/http/endpoint.ts';
import { UserId, UserUpdate } from '../../lib/users/schema.ts';
import { updateUser } from '../../lib/users/update-user.ts';

export const handler = endpoint({
  route: 'PATCH /api/v1/users/{user_id}',
  summary: "Change a user's role, let a user out or in again; true for the next request",
  permission: 'users:update',
  uses: ['mysql', 'sessions', 'queues', 'secrets'],
  params: UserId,
  body: UserUpdate,
  output: UserView,
  problems: ['last-admin'],
  run: ({ params, body, caller, services }) => updateUser(services, caller, params.user_id, body),
});
