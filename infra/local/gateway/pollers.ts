import { setTimeout as sleep } from 'node:timers/promises';
import { DeleteMessageBatchCommand, type Message, ReceiveMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import * as z from 'zod';
import { ofKind } from '../../discover.ts';
import type { Invoke } from './invoke-by-id.ts';
import { ensureQueue, type Queue, type QueueOptions, sqsClient, type WorkerFunction } from './queues.ts';
import { sqsEvent } from './sqs-event.ts';
import { type Warn, warnOnStderr } from './warn.ts';

export { createQueues } from './queues.ts';

export interface PollerOptions extends QueueOptions {
  readonly invoke: Invoke;
  /** Those that are there, by their workers' ids; others are made. */
  readonly queues?: ReadonlyMap<string, Queue>;
  readonly warn?: Warn;
}

export interface Pollers {
  /** Receives no more and waits up to 5 s for the batches under way; what they do not finish comes back to the next start. */
  stop(): Promise<void>;
}

const longPollSeconds = 20;
const stopMs = 5_000;
const firstPauseMs = 250;
const longestPauseMs = 5_000;

/** Lambda's pollers: each worker's queue is read, its messages handed over in batches, and what succeeded is deleted. */
export function startPollers(options: PollerOptions): Pollers {
  const client = sqsClient(options);
  const stopping = new AbortController();
  const pollers = ofKind(options.functions, 'worker').map((worker) =>
    poll(
      { client, stage: options.stage, worker, invoke: options.invoke, warn: options.warn ?? warnOnStderr },
      options.queues?.get(worker.id),
      stopping.signal,
    ),
  );
  return {
    stop: async () => {
      stopping.abort();
      const deadline = new AbortController();
      await Promise.race([
        Promise.all(pollers),
        sleep(stopMs, undefined, { signal: deadline.signal }).catch(() => undefined),
      ]);
      deadline.abort();
      client.destroy();
    },
  };
}

interface Polling {
  readonly client: SQSClient;
  readonly stage: string;
  readonly worker: WorkerFunction;
  readonly invoke: Invoke;
  readonly warn: Warn;
}

/** Reads one queue until `stopping` fires. SQS being away makes it wait and say so once. */
async function poll(polling: Polling, known: Queue | undefined, stopping: AbortSignal): Promise<void> {
  const { client, stage, worker, warn } = polling;
  const batches = new Set<Promise<void>>();
  let queue = known;
  let pauseMs = 0;
  while (!stopping.aborted) {
    try {
      queue ??= await ensureQueue(client, stage, worker);
      const messages = await receive(client, queue, worker, stopping);
      pauseMs = 0;
      if (messages.length > 0) await begin(batches, worker, handOver(polling, queue, messages));
    } catch (error) {
      if (stopping.aborted) break;
      if (pauseMs === 0) warn(`The queue ${worker.declaration.queue} cannot be read; trying on`, error);
      queue = undefined;
      pauseMs = Math.min(longestPauseMs, Math.max(firstPauseMs, 2 * pauseMs));
      await sleep(pauseMs, undefined, { signal: stopping }).catch(() => undefined);
    }
  }
  await Promise.all(batches);
}

/** Resolves when another batch may be received. */
async function begin(batches: Set<Promise<void>>, { declaration }: WorkerFunction, work: Promise<void>): Promise<void> {
  const batch: Promise<void> = work.finally(() => batches.delete(batch));
  batches.add(batch);
  if (batches.size >= (declaration.concurrency ?? 2)) await Promise.race(batches);
}

async function receive(
  client: SQSClient,
  { url }: Queue,
  { declaration }: WorkerFunction,
  stopping: AbortSignal,
): Promise<Message[]> {
  const received = await client.send(
    new ReceiveMessageCommand({
      QueueUrl: url,
      MaxNumberOfMessages: declaration.batchSize ?? 10,
      WaitTimeSeconds: longPollSeconds,
      MessageSystemAttributeNames: ['All'],
      MessageAttributeNames: ['All'],
    }),
    { abortSignal: stopping },
  );
  return received.Messages ?? [];
}

/** Runs the worker on one batch. What it does not finish stays in the queue and comes back when its visibility timeout ends. */
async function handOver({ client, worker, invoke, warn }: Polling, queue: Queue, messages: Message[]): Promise<void> {
  try {
    const failed = failuresIn(await invoke(worker.id, sqsEvent(messages, queue.arn)), messages);
    const done = messages.filter(({ MessageId }) => !failed.has(MessageId ?? ''));
    if (done.length === 0) return;
    const deleted = await client.send(
      new DeleteMessageBatchCommand({
        QueueUrl: queue.url,
        Entries: done.map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle })),
      }),
    );
    if (deleted.Failed?.length)
      warn(`${deleted.Failed.length} done messages of ${worker.declaration.queue} could not be deleted and come again`);
  } catch (error) {
    warn(`A batch of ${worker.declaration.queue} failed and comes again`, error);
  }
}

const BatchResponse = z
  .object({ batchItemFailures: z.array(z.object({ itemIdentifier: z.string() })).nullish() })
  .nullish();

/**
 * The ids of the messages that failed: all of them when the answer names one that was not in the batch.
 * @throws when the answer is malformed.
 */
function failuresIn(result: unknown, messages: readonly Message[]): ReadonlySet<string> {
  const ids = messages.map(({ MessageId }) => MessageId ?? '');
  const failed = BatchResponse.parse(result)?.batchItemFailures?.map(({ itemIdentifier }) => itemIdentifier) ?? [];
  return new Set(failed.every((id) => ids.includes(id)) ? failed : ids);
}
