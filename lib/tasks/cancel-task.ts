import type { Caller } from '../kernel/http/caller.ts';
import { Problem } from '../kernel/errors/problem.ts';
import type { LiveServices } from '../live/publish.ts';
import { announceTask } from './announce-task.ts';
import { findOwnTask } from './get-task.ts';
import type { TaskStore } from './ports.ts';

/**
 * Cancels a task that has not ended; a worker that is at it stops before its next step. Cancelling twice is the same as once.
 * @throws Problem `not-found`; `conflict` when the task has completed or failed.
 */
export async function cancelTask(
  services: LiveServices & { tasks: TaskStore },
  caller: Caller,
  taskId: string,
): Promise<{ message: string; task_id: string }> {
  const task = await findOwnTask(services, caller, taskId);
  const cancelled = await services.tasks.cancel(task.id, new Date());
  const now = await findOwnTask(services, caller, taskId);
  if (cancelled) await announceTask(services, now);
  else if (now.status !== 'cancelled')
    throw new Problem('conflict', {
      detail: `The task is ${now.status}; only a pending or running one can be cancelled.`,
    });
  return { message: 'The task is cancelled.', task_id: task.id };
}
