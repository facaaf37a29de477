import type { JobRequested } from '../../events/job-requested.ts';
import { currentCorrelation } from '../kernel/log/correlation.ts';
import type { Log } from '../kernel/log/log.ts';
import { Problem } from '../kernel/errors/problem.ts';
import { maxReceives } from '../kernel/lambda/worker.ts';
import { announceTask } from './announce-task.ts';
import { type Attempt, type JobServices, startAttempt } from './attempt.ts';
import { isFinal, reasonOf } from './failure.ts';
import type { TaskStore, TaskUsage } from './ports.ts';
import { encryptionContextOf } from './submit-task.ts';

/** A task is taken up at most this often, by whatever way its messages come. */
export const maxAttempts = maxReceives;

/** The message of a failed attempt comes back within 5 minutes; a task that has waited twice that has lost it. */
const retryDueMs = 600_000;

/** What the work of a job gets. */
export interface Job extends Pick<Attempt, 'signal' | 'step'> {
  readonly taskId: string;
  readonly type: string;
  readonly ownerId: string;
  /** What the task was submitted with, parsed from JSON. */
  readonly input: unknown;
}

export interface JobDone {
  readonly result: unknown;
  readonly message: string;
  readonly usage?: TaskUsage;
}

export interface JobOptions {
  /** What the work does may not be done twice: its first failure is the last, and a job whose worker died is not taken up again. */
  readonly once?: boolean;
}

const diedOnce =
  'The worker that did this ended without a word. It is not done again, because it may have had its effect already.';

/** Thrown by the work of a job: the service that it needs wants to be asked later. The task waits so long without a worker. */
export class JobPostponed extends Problem {
  readonly seconds: number;

  constructor(seconds: number, detail: string) {
    super('service-unavailable', { detail });
    this.seconds = seconds;
  }
}

/**
 * Runs one attempt of a task: takes the lease, holds it while `work` runs, and writes down how it ended. A task that has ended, is cancelled or is in
 * somebody else's hands is left alone. `work` may run more than once for a task (after a crash), so its effects are keyed by the task.
 * @throws what `work` throws when another attempt may help or this was the last, so that the queue counts it: back-off, then dead letters.
 */
export async function runJob(
  services: JobServices,
  { message, attempt: receive, log }: { message: JobRequested; attempt: number; log: Log },
  work: (job: Job) => Promise<JobDone>,
  { once = false }: JobOptions = {},
): Promise<void> {
  const attempt = await startAttempt(services, message.task_id);
  if (!attempt) return log.set({ task_id: message.task_id, skipped: true });
  const { id, type, ownerId, attempts, input } = attempt.task;
  log.set({ task_id: id, task_type: type, task_attempt: attempts });
  try {
    if (once && attempts > 1) throw new Problem('conflict', { detail: diedOnce });
    const opened: unknown = JSON.parse(await services.encryptor.decrypt(input, encryptionContextOf(id)));
    const done = await work({ taskId: id, type, ownerId, input: opened, signal: attempt.signal, step: attempt.step });
    const kept = await services.tasks.finish(id, attempts, { status: 'completed', ...done }, new Date());
    log.set({ task_status: kept ? 'completed' : 'lost', ...(done.usage && { usage: done.usage }) });
  } catch (error) {
    if (attempt.signal.aborted) return log.set({ task_status: 'stopped' });
    if (error instanceof JobPostponed && attempts < maxAttempts) return await postpone(services.tasks, attempt, error);
    const last = await noteFailure(services.tasks, attempt, error, once ? maxReceives : receive);
    log.set({ task_status: last ? 'failed' : 'retried', error });
    if (!isFinal(error) && !once) throw error;
  } finally {
    attempt.end();
    await announceEnd(services, id);
  }
}

/** The sweeper sends the task again when its time has come. */
async function postpone(tasks: TaskStore, { task }: Attempt, { seconds, message }: JobPostponed): Promise<void> {
  const dueAt = new Date(Date.now() + seconds * 1000);
  const error = { error_code: 'UPSTREAM_ERROR', detail: message };
  await tasks.release(task.id, task.attempts, { message: `Waits until ${dueAt.toISOString()}.`, error, dueAt });
  currentCorrelation()?.log.set({ task_status: 'postponed', seconds });
}

/** @returns whether this was the last attempt. */
async function noteFailure(tasks: TaskStore, { task }: Attempt, error: unknown, receive: number): Promise<boolean> {
  const now = new Date();
  const last = isFinal(error) || task.attempts >= maxAttempts || receive >= maxReceives;
  const reason = reasonOf(error, last && !isFinal(error) && task.attempts > 1 ? task.attempts : undefined);
  if (last) await tasks.finish(task.id, task.attempts, { status: 'failed', error: reason }, now);
  else {
    const message = `Attempt ${task.attempts} failed; another one follows.`;
    const dueAt = new Date(now.getTime() + retryDueMs);
    await tasks.release(task.id, task.attempts, { message, error: reason, dueAt });
  }
  return last;
}

async function announceEnd(services: JobServices, taskId: string): Promise<void> {
  const task = await services.tasks.find(taskId);
  if (task) await announceTask(services, task);
}
