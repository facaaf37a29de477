import * as z from 'zod';
import type { AuditAction } from '../../events/outbox.ts';
import { auditEntry } from '../audit/audit-entry.ts';
import type { Caller } from '../kernel/http/caller.ts';
import { redactText } from '../kernel/log/redact.ts';
import type { OutboxStore, Relay } from '../outbox/ports.ts';
import { redrive, taskIdIn } from './dead-letters.ts';
import { type DeadLetters, type TaskStore, workerQueues } from './ports.ts';

const Queue = z.string().regex(/^[a-z][a-z0-9-]{0,60}$/);

/** What an operator may do with queues. */
export const QueueCommand = z
  .discriminatedUnion('command', [
    z.strictObject({ command: z.literal('list'), queues: z.array(Queue).min(1).max(50) }),
    z.strictObject({ command: z.literal('redrive'), queue: Queue }),
    z.strictObject({ command: z.literal('purge'), queue: Queue }),
  ])
  .meta({ examples: [{ command: 'list', queues: ['analysis'] }] });
export type QueueCommand = z.output<typeof QueueCommand>;

export const QueueAnswer = z.object({
  queues: z
    .array(
      z.object({
        queue: z.string(),
        waiting: z.int(),
        in_flight: z.int(),
        dead_letters: z.int(),
        letters: z.array(z.object({ body: z.string(), reason: z.string().nullable() })),
      }),
    )
    .optional(),
  sent: z.int().optional(),
  reopened: z.int().optional(),
  purged: z.int().optional(),
});
export type QueueAnswer = z.output<typeof QueueAnswer>;

/** What the endpoints answer and take. */
export const Queues = z.object({ queues: QueueAnswer.shape.queues.unwrap() }).meta({ id: 'Queues' });
export const QueueName = z.object({ queue: z.enum(workerQueues) });
export const Redriven = z.object({ sent: z.int(), reopened: z.int() });

/** One request sends 200 dead letters back at most, so that it ends in time; it can be repeated. */
export const mostBatches = 20;

interface Services {
  readonly outbox: OutboxStore;
  readonly relay: Relay;
  readonly tasks: TaskStore;
  readonly deadLetters: DeadLetters;
}

/** Lists queues with their dead letters, sends a queue's dead letters back to it, or deletes them. */
export async function manageQueues(services: Services, asked: QueueCommand): Promise<QueueAnswer> {
  switch (asked.command) {
    case 'list':
      return { queues: await showQueues(services, asked.queues) };
    case 'redrive':
      return redriveQueue(services, undefined, asked.queue);
    case 'purge':
      await record(services, undefined, 'queue.purged', asked.queue);
      return purge(services, asked.queue);
  }
}

/** Before it is done, so that nothing is done unrecorded; with how many dead letters there are. */
async function record(
  { outbox, relay, deadLetters }: Services,
  caller: Caller | undefined,
  action: AuditAction,
  queue: string,
): Promise<void> {
  const { dead_letters } = await deadLetters.depths(queue);
  const entry = auditEntry(caller, { action, target: { type: 'queue', id: queue }, details: { dead_letters } });
  await outbox.add([entry]);
  await relay.send([entry.id]);
}

/** Depths, and up to ten dead letters with the reason for each. */
export function showQueues(services: Pick<Services, 'tasks' | 'deadLetters'>, queues: readonly string[]) {
  return Promise.all(queues.map((queue) => show(services, queue)));
}

/** Sends dead letters back to their queue, so many batches at most. It is recorded in the audit log. */
export async function redriveQueue(
  services: Services,
  caller: Caller | undefined,
  queue: string,
  mostBatches?: number,
) {
  await record(services, caller, 'queue.redriven', queue);
  return redrive(services, queue, mostBatches);
}

async function show({ tasks, deadLetters }: Pick<Services, 'tasks' | 'deadLetters'>, queue: string) {
  const depths = await deadLetters.depths(queue);
  const letters = depths.dead_letters === 0 ? [] : await deadLetters.receive(queue, 0);
  const described = letters.map(async ({ body }) => {
    const taskId = taskIdIn(body);
    const task = taskId === undefined ? undefined : await tasks.find(taskId);
    return { body: redactText(body.slice(0, 200)), reason: task?.error?.detail ?? null };
  });
  return { queue, ...depths, letters: await Promise.all(described) };
}

async function purge({ deadLetters }: Services, queue: string): Promise<QueueAnswer> {
  for (let purged = 0; ;) {
    const letters = await deadLetters.receive(queue, 30);
    if (letters.length === 0) return { purged };
    await Promise.all(letters.map(({ remove }) => remove()));
    purged += letters.length;
  }
}
