import { endpoint } from '../../lib/kernel/http/endpoint.ts';
import { mostBatches, QueueName, Redriven, redriveQueue } from '../../lib/tasks/manage-queues.ts';

export const handler = endpoint({
  route: 'POST /api/v1/queues/{queue}/redrive',
  summary: 'Send dead letters back to their queue, at most 200 at once (admins)',
  permission: 'users:update',
  uses: ['mysql', 'mongo', 'queues', 'deadLetters'],
  params: QueueName,
  output: Redriven,
  run: ({ caller, params, services }) => redriveQueue(services, caller, params.queue, mostBatches),
});
