import { currentCorrelation } from '../kernel/log/correlation.ts';
import { type LiveServices, publish } from '../live/publish.ts';
import type { TaskRecord } from './ports.ts';

/** Notifies listeners of a task's state: its owner and admins. Never throws: a lost notification can be read from the task. */
export async function announceTask(live: LiveServices, task: TaskRecord): Promise<void> {
  const { id, ownerId, attempts, status, progress, message, error, result } = task;
  try {
    await publish(live, `task:${id}:${attempts}:${status}:${progress}:${message}`, {
      type: 'task_update',
      timestamp: new Date().toISOString(),
      audience: { permission: 'tasks:read', user_id: ownerId },
      data: {
        task_id: id,
        status,
        progress,
        message,
        ...(error && { error }),
        ...(result !== undefined && { result }),
      },
    });
  } catch (cause) {
    currentCorrelation()?.log.warn('Who watches the task could not be told.', { task_id: id, error: cause });
  }
}
