import type { TaskRecord, TaskSummary } from './ports.ts';
import type { Task, TaskPage } from './schema.ts';

/** A task as the API shows it in a list. */
export function presentTaskSummary(task: TaskSummary): TaskPage['items'][number] {
  return {
    task_id: task.id,
    type: task.type,
    status: task.status,
    progress: task.progress,
    message: task.message,
    error: task.error ?? null,
    attempts: task.attempts,
    usage: task.usage ?? null,
    created_at: task.createdAt.toISOString(),
    started_at: task.startedAt?.toISOString() ?? null,
    completed_at: task.completedAt?.toISOString() ?? null,
  };
}

export function presentTask(task: TaskRecord): Task {
  return { ...presentTaskSummary(task), result: task.result ?? null };
}
