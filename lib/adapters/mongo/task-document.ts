import type {
  DueTask,
  JobQueue,
  TaskError,
  TaskRecord,
  TaskStatus,
  TaskSummary,
  TaskUsage,
} from '../../tasks/ports.ts';

/** A task in `task_results`. */
export interface TaskDocument {
  readonly _id: string;
  readonly type: string;
  readonly queue: JobQueue;
  readonly owner_id: string;
  readonly status: TaskStatus;
  readonly progress: number;
  readonly message: string;
  readonly attempts: number;
  readonly resends: number;
  readonly created_at: Date;
  readonly started_at?: Date;
  readonly completed_at?: Date;
  /** There while it runs: until then nobody else may take it. */
  readonly lease_until?: Date;
  /** There until it ends: when the sweeper looks after it. */
  readonly due_at?: Date;
  /** MongoDB removes it then. */
  readonly expires_at: Date;
  readonly input?: string;
  /** JSON: a result's keys may hold what BSON keys may not. */
  readonly result?: string;
  readonly error?: TaskError;
  readonly usage?: TaskUsage;
}

export function summaryOf(document: TaskDocument): TaskSummary {
  return {
    id: document._id,
    type: document.type,
    queue: document.queue,
    ownerId: document.owner_id,
    status: document.status,
    progress: document.progress,
    message: document.message,
    error: document.error,
    usage: document.usage,
    attempts: document.attempts,
    createdAt: document.created_at,
    startedAt: document.started_at,
    completedAt: document.completed_at,
  };
}

export function recordOf(document: TaskDocument): TaskRecord {
  const result: unknown = document.result === undefined ? undefined : JSON.parse(document.result);
  return { ...summaryOf(document), result };
}

export function dueOf(document: TaskDocument): DueTask {
  return { ...summaryOf(document), dueAt: document.due_at ?? new Date(0), resends: document.resends };
}
