import { type Caller, owns } from '../kernel/http/caller.ts';
import { notFound } from '../kernel/errors/problem.ts';
import type { TaskRecord, TaskStore } from './ports.ts';
import { presentTask } from './present.ts';
import type { Task } from './schema.ts';

/** @throws Problem `not-found`, also for somebody else's task. */
export async function findOwnTask(
  { tasks }: { tasks: TaskStore },
  caller: Caller,
  taskId: string,
): Promise<TaskRecord> {
  const task = await tasks.find(taskId);
  if (!task || !owns(caller, task.ownerId)) throw notFound('task', taskId);
  return task;
}

/** @throws Problem `not-found`, also for somebody else's task. */
export async function getTask(services: { tasks: TaskStore }, caller: Caller, taskId: string): Promise<Task> {
  return presentTask(await findOwnTask(services, caller, taskId));
}
