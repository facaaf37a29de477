import { endpoint } from '../../lib/kernel/http/endpoint.ts';
import { listTasks } from '../../lib/tasks/list-tasks.ts';
import { ListTasks, TaskPage } from '../../lib/tasks/schema.ts';

export const handler = endpoint({
  route: 'GET /api/v1/tasks',
  summary: 'List your tasks of the last 30 days, without results',
  permission: 'tasks:read',
  uses: ['mongo'],
  query: ListTasks,
  output: TaskPage,
  run: ({ query, caller, services }) => listTasks(services, caller, query),
});
