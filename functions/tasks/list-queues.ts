import { endpoint } from '../../lib/kernel/http/endpoint.ts';
import { Queues, showQueues } from '../../lib/tasks/manage-queues.ts';
import { workerQueues } from '../../lib/tasks/ports.ts';

export const handler = endpoint({
  route: 'GET /api/v1/queues',
  summary: 'The queues of the workers: what waits, and the dead letters with their reasons (admins)',
  permission: 'users:read',
  uses: ['mongo', 'deadLetters'],
  output: Queues,
  run: ({ services }) => showQueues(services, workerQueues).then((queues) => ({ queues })),
});
