import type { JobRequested } from '../../events/job-requested.ts';

export const taskStatuses = ['pending', 'running', 'completed', 'failed', 'cancelled'] as const;
export type TaskStatus = (typeof taskStatuses)[number];

/** Queues whose messages are tasks. A worker that runs jobs declares one of these. */
export const jobQueues = ['analysis', 'knowledge-files', 'calls', 'github'] as const;
export type JobQueue = (typeof jobQueues)[number];

/** Every queue that has a worker. */
export const workerQueues = [...jobQueues, 'relay', 'deployments', 'knowledge', 'github-events', 'live'] as const;

/** Why a task failed, as its owner may read it. */
export interface TaskError {
  readonly error_code: string;
  readonly detail: string;
}

/** What a job has cost so far. */
export interface TaskUsage {
  readonly model: string;
  readonly calls: number;
  readonly input_tokens: number;
  readonly output_tokens: number;
  readonly cost_usd: number;
  readonly ms: number;
}

export interface TaskSummary {
  readonly id: string;
  readonly type: string;
  readonly queue: JobQueue;
  readonly ownerId: string;
  readonly status: TaskStatus;
  /** 0–100. */
  readonly progress: number;
  readonly message: string;
  readonly error: TaskError | undefined;
  readonly usage: TaskUsage | undefined;
  /** Times that a worker has taken it up. Also names the present lease: who holds an older number holds nothing. */
  readonly attempts: number;
  readonly createdAt: Date;
  readonly startedAt: Date | undefined;
  readonly completedAt: Date | undefined;
}

export interface TaskRecord extends TaskSummary {
  readonly result: unknown;
}

export interface TakenTask extends TaskRecord {
  /** Encrypted for `task:<id>`; removed when the task completes or is cancelled. */
  readonly input: string;
}

interface NewTask extends Pick<TaskSummary, 'id' | 'type' | 'queue' | 'ownerId' | 'message' | 'createdAt'> {
  readonly input: string;
  /** When the sweeper looks after it. */
  readonly dueAt: Date;
}

export interface TaskFilter {
  /** Undefined: everybody's. */
  readonly ownerId: string | undefined;
  readonly type: string | undefined;
  readonly status: TaskStatus | undefined;
}

/** A task that should have moved by now: its message was lost, or its worker. */
export interface DueTask extends TaskSummary {
  readonly dueAt: Date;
  /** Times that the sweeper has sent it again since somebody last worked on it. */
  readonly resends: number;
}

/** How a task ends. */
type TaskEnd =
  | { readonly status: 'completed'; readonly result: unknown; readonly message: string; readonly usage?: TaskUsage }
  | { readonly status: 'failed'; readonly error: TaskError };

/**
 * Tasks, kept for 30 days. Each method is one conditional write, so of several that compete one wins; `false` and undefined mean that the
 * task was not in the state that the change is for. Throws Problem `service-unavailable`.
 */
export interface TaskStore {
  /** Once per id. */
  insert(task: NewTask): Promise<void>;
  find(id: string): Promise<TaskRecord | undefined>;
  /** When the task that waits longest in a queue was created; undefined when none waits. */
  oldestPending(queue: JobQueue): Promise<Date | undefined>;
  /** Those that are pending or running: the owner's, and all. */
  countActive(ownerId: string): Promise<{ readonly person: number; readonly total: number }>;
  /** Newest first. */
  list(
    filter: TaskFilter,
    page: { readonly offset: number; readonly limit: number },
  ): Promise<{ items: TaskSummary[]; total: number }>;
  /** pending, or running under a lapsed lease → running, attempt + 1, leased. */
  take(id: string, lease: { readonly now: Date; readonly until: Date }): Promise<TakenTask | undefined>;
  /** Extends a lease and reports how far the work is. */
  hold(
    id: string,
    attempt: number,
    change: { readonly until: Date; readonly progress?: number; readonly message?: string },
  ): Promise<boolean>;
  /** running → pending, until another message of it comes or `dueAt`. */
  release(
    id: string,
    attempt: number,
    change: { readonly message: string; readonly error: TaskError; readonly dueAt: Date },
  ): Promise<boolean>;
  /** running → completed or failed. */
  finish(id: string, attempt: number, end: TaskEnd, at: Date): Promise<boolean>;
  /** pending, or running under a lapsed lease → failed. */
  giveUp(id: string, error: TaskError, at: Date): Promise<boolean>;
  /** pending or running → cancelled. */
  cancel(id: string, at: Date): Promise<boolean>;
  /** Those whose time to move has passed, oldest first. */
  due(now: Date, limit: number): Promise<DueTask[]>;
  /** Takes one due task out of the other sweepers' hands until `next`. */
  claimDue(task: DueTask, next: Date): Promise<boolean>;
  /** failed → pending, its attempts counted anew. */
  reopen(id: string, dueAt: Date): Promise<boolean>;
}

/** The queues to the workers. */
export interface JobSender {
  send(queue: JobQueue, message: JobRequested): Promise<void>;
}

/** A message that was received too often. */
interface DeadLetter {
  readonly body: string;
  /** Takes it out of the dead-letter queue. */
  readonly remove: () => Promise<void>;
}

interface QueueDepths {
  readonly waiting: number;
  readonly in_flight: number;
  readonly dead_letters: number;
}

/** The dead-letter queues, of jobs and of what else has workers. */
export interface DeadLetters {
  /** Up to ten, which nobody else gets for `visibilitySeconds`. */
  receive(queue: string, visibilitySeconds: number): Promise<DeadLetter[]>;
  /** Puts a body onto the queue that it failed in. */
  resend(queue: string, body: string): Promise<void>;
  /** About how many messages there are. */
  depths(queue: string): Promise<QueueDepths>;
}
