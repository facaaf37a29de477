import * as z from 'zod';
import { reportSecurityEvent } from '../audit/report-security-event.ts';
import type { Caller } from '../kernel/http/caller.ts';
import { redrive } from './dead-letters.ts';
import { manageQueues, QueueAnswer } from './manage-queues.ts';
import { type DeadLetters, type TaskStore, workerQueues } from './ports.ts';

export const Queues = z.object({ queues: QueueAnswer.shape.queues.unwrap() }).meta({ id: 'Queues' });
export const QueueName = z.object({ queue: z.enum(workerQueues) });
export const Redriven = z.object({ sent: z.int(), reopened: z.int() });

/** One request sends 200 letters back at most, so that it ends in time; it can be repeated. */
const mostBatches = 20;

interface Services {
  readonly tasks: TaskStore;
  readonly deadLetters: DeadLetters;
}

/** Every worker's queue with its depths, and up to ten of its dead letters with the reason. */
export async function listQueues(services: Services): Promise<z.output<typeof Queues>> {
  const { queues = [] } = await manageQueues(services, { command: 'list', queues: [...workerQueues] });
  return { queues };
}

/** Sends dead letters back to their queue. It is recorded in the audit log. */
export async function redriveQueue(
  services: Services,
  { userId }: Caller,
  queue: string,
): Promise<z.output<typeof Redriven>> {
  const counts = await redrive(services, queue, mostBatches);
  reportSecurityEvent({
    action: 'queue.redriven',
    actorId: userId,
    target: { type: 'queue', id: queue },
    details: { ...counts },
  });
  return counts;
}
