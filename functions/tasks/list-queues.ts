import { endpoint } from '../../lib/kernel/http/endpoint.ts';
import { listQueues, Queues } from '../../lib/tasks/serve-queues.ts';

export const handler = endpoint({
  route: 'GET /api/v1/queues',
  summary: 'The queues of the workers: what waits, and the dead letters with their reasons (admins)',
  permission: 'users:read',
  uses: ['mongo', 'deadLetters'],
  output: Queues,
  run: ({ services }) => listQueues(services),
});
