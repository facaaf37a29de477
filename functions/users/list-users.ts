import { endpoint } from '../../lib/kernel/http/endpoint.ts';
import { listUsers } from '../../lib/users/list-users.ts';
import { ListUsers, UserPage } from '../../lib/users/schema.ts';

export const handler = endpoint({
  route: 'GET /api/v1/users',
  summary: 'List the users',
  permission: 'users:read',
  uses: ['mysql'],
  query: ListUsers,
  output: UserPage,
  run: ({ query, services }) => listUsers(services, query),
});
