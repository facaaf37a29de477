import { JobRequested } from '../../events/job-requested.ts';
import { currentCorrelation } from '../kernel/log/correlation.ts';
import { deadLettered } from './failure.ts';
import { type DeadLetters, jobQueues, type TaskStore } from './ports.ts';
import { firstDueMs } from './submit-task.ts';

/** Letters are looked at ten at a time; those of a run are hidden meanwhile, so that each is seen once. */
const visibilitySeconds = 5;
const mostBatches = 20;

/**
 * Marks the tasks whose messages were received too often as failed. The letters stay where they are, for a person to look at and to redrive, and so
 * does the alarm on the depth of their queue. At most 200 letters a queue and run.
 */
export async function markDeadLetters({
  tasks,
  deadLetters,
}: {
  tasks: TaskStore;
  deadLetters: DeadLetters;
}): Promise<{ dead_letters: number; marked: number }> {
  const counts = { dead_letters: 0, marked: 0 };
  for (const queue of jobQueues) {
    for (let batch = 0; batch < mostBatches; batch += 1) {
      const letters = await deadLetters.receive(queue, visibilitySeconds);
      for (const { body } of letters) {
        counts.dead_letters += 1;
        counts.marked += Number(await mark(tasks, taskIdIn(body)));
      }
      if (letters.length === 0) break;
    }
  }
  if (counts.dead_letters > 0) currentCorrelation()?.log.warn('There are dead letters.', counts);
  return counts;
}

async function mark(tasks: TaskStore, taskId: string | undefined): Promise<boolean> {
  if (taskId === undefined) return false;
  const task = await tasks.find(taskId);
  return task !== undefined && tasks.giveUp(taskId, task.error ?? deadLettered, new Date());
}

/**
 * Sends a queue's dead letters back to it; a failed task is opened again for its letter.
 * A crash in between sends one twice, which the lease makes harmless, and never loses one.
 * @param batches The limit of receives, each of up to ten letters.
 */
export async function redrive(
  { tasks, deadLetters }: { tasks: TaskStore; deadLetters: DeadLetters },
  queue: string,
  batches = Infinity,
): Promise<{ sent: number; reopened: number }> {
  const counts = { sent: 0, reopened: 0 };
  for (let batch = 0; batch < batches; batch += 1) {
    const letters = await deadLetters.receive(queue, visibilitySeconds);
    if (letters.length === 0) return counts;
    for (const { body, remove } of letters) {
      const taskId = taskIdIn(body);
      const dueAt = new Date(Date.now() + firstDueMs);
      if (taskId !== undefined) counts.reopened += Number(await tasks.reopen(taskId, dueAt));
      await deadLetters.resend(queue, body);
      await remove();
      counts.sent += 1;
    }
  }
  return counts;
}

/** The task that a letter names, if it names one. */
export function taskIdIn(body: string): string | undefined {
  try {
    return JobRequested.safeParse(JSON.parse(body)).data?.task_id;
  } catch {
    // A letter that is not JSON names no task; it stays for a person to look at.
    return undefined;
  }
}
