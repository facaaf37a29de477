import { randomUUID } from 'node:crypto';
import { DeleteMessageBatchCommand, ReceiveMessageCommand, SendMessageBatchCommand } from '@aws-sdk/client-sqs';
import { beforeAll, expect, inject, it } from 'vitest';
import { JobRequested } from '../../../events/job-requested.ts';
import { ensureQueue, type Queue, sqsClient, type WorkerFunction } from '../../../infra/local/gateway/queues.ts';
import { sqsEvent } from '../../../infra/local/gateway/sqs-event.ts';
import { currentRuntime, installRuntime } from '../../../lib/kernel/lambda/runtime.ts';
import { worker } from '../../../lib/kernel/lambda/worker.ts';
import { markDeadLetters, redrive } from '../../../lib/tasks/dead-letters.ts';
import { jobQueues } from '../../../lib/tasks/ports.ts';
import { runJob } from '../../../lib/tasks/run-job.ts';
import { submitTask } from '../../../lib/tasks/submit-task.ts';
import { type App, startApp } from '../../harness.ts';
import { context } from '../../lib/kernel/fixtures.ts';
import { someOf } from '../../runs.ts';

/* A real queue with its dead letters, and a worker whose poisoned messages come back at once instead of after a back-off. */

const effects: string[] = [];
let isBroken = true;
const handler = worker({
  queue: 'analysis',
  summary: 'Leaves an effect, or fails when it is told to',
  message: JobRequested,
  uses: ['mongo', 'queues', 'secrets', 'live', 'sockets'],
  timeoutSeconds: 5,
  run: ({ services, ...delivery }) =>
    runJob(services, delivery, async ({ taskId, input }) => {
      if (input === 'poison' && isBroken) throw new Error('poisoned');
      effects.push(taskId);
      return { result: null, message: 'Done.' };
    }),
});
const tryJobs: WorkerFunction = {
  id: 'try-jobs',
  subject: 'tasks',
  file: '',
  declaration: handler.declaration,
  handler: handler,
};

let app: App;
let queue: Queue;
let client: ReturnType<typeof sqsClient>;
beforeAll(async () => {
  app = await startApp({ functions: [] });
  const runtime = currentRuntime();
  installRuntime({ ...runtime, postpone: (message) => runtime.postpone(message, 0) });
  const stage = runtime.settings().STAGE;
  client = sqsClient({ functions: [], stage, sqsEndpoint: inject('stores').sqs });
  queue = await ensureQueue(client, stage, tryJobs);
  // Dead letters are looked for in every queue of jobs.
  for (const name of jobQueues)
    await ensureQueue(client, stage, { ...tryJobs, declaration: { ...tryJobs.declaration, queue: name } });
});

/** Receives batches of ten, as Lambda's pollers do, until nothing comes any more. */
async function drain(): Promise<void> {
  for (let empty = 0; empty < 2;) {
    const { Messages = [] } = await client.send(
      new ReceiveMessageCommand({ QueueUrl: queue.url, MaxNumberOfMessages: 10, MessageSystemAttributeNames: ['All'] }),
    );
    empty = Messages.length === 0 ? empty + 1 : 0;
    if (Messages.length === 0) continue;
    const { batchItemFailures } = await handler(sqsEvent(Messages, queue.arn), context('try-jobs'));
    const failed = new Set(batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
    const Entries = Messages.filter(({ MessageId }) => !failed.has(MessageId ?? '')).map(
      ({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle }),
    );
    if (Entries.length > 0) await client.send(new DeleteMessageBatchCommand({ QueueUrl: queue.url, Entries }));
  }
}

const parts = () => currentRuntime().services(['mongo', 'secrets', 'queues', 'deadLetters']);
const unreadable = ['not json', '{"task_id":5}'];

it.each(someOf([1, 2, 3, 4, 5, 6, 7, 8, 9], 0.25))(
  'of ten messages with %i poisoned, the good are done once and the bad become dead letters that can be redriven',
  async (poisoned) => {
    const services = await parts();
    const before = app.lines.length;
    isBroken = true;
    effects.length = 0;
    // Kept back, so that all ten arrive in one batch; of the poisoned, every third cannot even be read.
    const bodies: string[] = [];
    const jobs = { send: async (_queue: string, message: object) => void bodies.push(JSON.stringify(message)) };
    const submit = async (input: string) =>
      (
        await submitTask(
          { ...services, jobs },
          { type: 'trial', queue: 'analysis', ownerId: randomUUID(), input, message: '' },
        )
      ).task_id;
    const good = await Promise.all(Array.from({ length: 10 - poisoned }, () => submit('fine')));
    const garbage = Array.from({ length: Math.floor(poisoned / 3) }, (_, n) => unreadable[n % 2] ?? '');
    const bad = await Promise.all(Array.from({ length: poisoned - garbage.length }, () => submit('poison')));
    const Entries = [...bodies, ...garbage].map((MessageBody, index) => ({ Id: String(index), MessageBody }));
    await client.send(new SendMessageBatchCommand({ QueueUrl: queue.url, Entries }));
    await drain();

    expect(effects.toSorted()).toEqual(good.toSorted());
    for (const id of bad)
      expect(await services.tasks.find(id)).toMatchObject({
        status: 'failed',
        attempts: 5,
        error: { detail: expect.stringMatching(/^Gave up after 5 attempts/) as unknown },
      });
    const failures = app.lines
      .slice(before)
      .map((line) => JSON.parse(line) as { message_id?: string; attempt?: number; level: string })
      .filter(({ level }) => level === 'error');
    for (const [, receives] of Map.groupBy(failures, ({ message_id }) => message_id))
      expect(receives.map(({ attempt }) => attempt)).toEqual([1, 2, 3, 4, 5]);

    // The cause is mended.
    isBroken = false;
    expect((await redrive(services, 'analysis')).sent).toBe(poisoned);
    await drain();
    expect(effects.toSorted()).toEqual([...good, ...bad].toSorted());
    for (const id of bad) expect(await services.tasks.find(id)).toMatchObject({ status: 'completed' });
    // What cannot be read is a dead letter again, and stays one until it is purged.
    await expect
      .poll(async () => {
        const letters = await services.deadLetters.receive('analysis', 0);
        await Promise.all(letters.map(({ remove }) => remove()));
        return letters.length === 0;
      })
      .toBe(true);
  },
  60_000,
);

it('a dead letter whose task was never noted as failed fails it within a minute, and stays to be looked at', async () => {
  const services = await parts();
  const kept = { send: async () => undefined };
  const { task_id } = await submitTask(
    { ...services, jobs: kept },
    { type: 'trial', queue: 'analysis', ownerId: randomUUID(), input: 'fine', message: '' },
  );
  const MessageBody = JSON.stringify({ task_id });
  const Entries = [
    { Id: '0', MessageBody },
    { Id: '1', MessageBody: 'not json' },
  ];
  await client.send(new SendMessageBatchCommand({ QueueUrl: `${queue.url}-dlq`, Entries }));
  expect(await markDeadLetters(services)).toEqual({ dead_letters: 2, marked: 1 });
  expect(await services.tasks.find(task_id)).toMatchObject({
    status: 'failed',
    error: { error_code: 'JOB_DEAD_LETTERED' },
  });
  let sent = 0;
  await expect.poll(async () => (sent += (await redrive(services, 'analysis')).sent), { interval: 500 }).toBe(2);
  await drain();
  expect(await services.tasks.find(task_id)).toMatchObject({ status: 'completed', error: undefined });
});
