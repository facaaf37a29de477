import { endpoint } from '../../lib/kernel/http/endpoint.ts';
import { getTask } from '../../lib/tasks/get-task.ts';
import { Task, TaskId } from '../../lib/tasks/schema.ts';

export const handler = endpoint({
  route: 'GET /api/v1/tasks/{task_id}',
  summary: 'Read a task with its result',
  permission: 'tasks:read',
  uses: ['mongo'],
  params: TaskId,
  output: Task,
  run: ({ params, caller, services }) => getTask(services, caller, params.task_id),
});
