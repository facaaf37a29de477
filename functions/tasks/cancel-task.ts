import { endpoint } from '../../lib/kernel/http/endpoint.ts';
import { cancelTask } from '../../lib/tasks/cancel-task.ts';
import { Cancelled, TaskId } from '../../lib/tasks/schema.ts';

export const handler = endpoint({
  route: 'DELETE /api/v1/tasks/{task_id}',
  summary: 'Cancel a task that has not ended',
  permission: 'tasks:delete',
  uses: ['mongo', 'queues', 'live', 'sockets'],
  params: TaskId,
  output: Cancelled,
  problems: ['conflict'],
  run: ({ params, caller, services }) => cancelTask(services, caller, params.task_id),
});
