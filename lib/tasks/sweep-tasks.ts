import { currentCorrelation } from '../kernel/log/correlation.ts';
import { neverStarted, silentDeath } from './failure.ts';
import type { DueTask, JobSender, TaskError, TaskStore } from './ports.ts';
import { maxAttempts } from './run-job.ts';
import { firstDueMs } from './submit-task.ts';

const batch = 500;
const longestPendingMs = 24 * 3_600_000;
const longestPauseMs = 3_600_000;

/**
 * Sends tasks again whose message was lost or whose worker's lease has lapsed, and gives up those that were taken up too often or have waited for a
 * day; at most 500 a run. A task that waits in a long queue gets few further messages: the pause doubles up to an hour.
 */
export async function sweepTasks(
  { tasks, jobs }: { tasks: TaskStore; jobs: JobSender },
  now: Date,
): Promise<{ resent: number; given_up: number }> {
  const counts = { resent: 0, given_up: 0 };
  for (const task of await tasks.due(now, batch)) {
    const hopeless = whyHopeless(task, now);
    if (hopeless) counts.given_up += Number(await tasks.giveUp(task.id, hopeless, now));
    else if (await tasks.claimDue(task, nextDue(task, now))) {
      await jobs.send(task.queue, { task_id: task.id });
      counts.resent += 1;
    }
  }
  if (counts.given_up > 0) currentCorrelation()?.log.warn('Tasks were given up.', counts);
  return counts;
}

function whyHopeless({ attempts, createdAt, error }: DueTask, now: Date): TaskError | undefined {
  if (attempts >= maxAttempts) return error ?? silentDeath(attempts);
  if (now.getTime() - createdAt.getTime() < longestPendingMs) return undefined;
  return attempts === 0 ? neverStarted : (error ?? silentDeath(attempts));
}

function nextDue({ resends }: DueTask, now: Date): Date {
  return new Date(now.getTime() + Math.min(longestPauseMs, firstDueMs * 2 ** (resends + 1)));
}
