import { ChangeMessageVisibilityCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { SQSEvent } from 'aws-lambda';
import { type FauxqsServer, startFauxqs } from 'fauxqs';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { withCredentials } from '../../../../infra/local/environment.ts';
import { createQueues, type Pollers, startPollers } from '../../../../infra/local/gateway/pollers.ts';
import { worker } from '../../../../lib/kernel/lambda/worker.ts';
import { planted } from './fixture.ts';
import { lateMs, staysTrue, takesTime, waitUntil } from '../../../wait-until.ts';

let sqs: FauxqsServer;
let pollers: Pollers | undefined;
let warnings: string[];

beforeAll(() => withCredentials(process.env, { accessKeyId: 'local', secretAccessKey: 'local' }));
beforeEach(async () => {
  sqs = await startFauxqs({ port: 0, logger: false });
  warnings = [];
});

afterEach(async () => {
  await pollers?.stop();
  pollers = undefined;
  await sqs.stop();
});

const declared = (batchSize?: number, concurrency?: number) =>
  planted(
    'run-job',
    worker({
      queue: 'jobs',
      message: z.object({ n: z.number() }),
      summary: 'Runs',
      ...(batchSize !== undefined && { batchSize }),
      ...(concurrency !== undefined && { concurrency }),
      run: async () => undefined,
    }),
  );

type Take = (event: SQSEvent) => unknown;

async function start(take: Take, target = declared()): Promise<void> {
  const options = { functions: [target], stage: 'test', sqsEndpoint: `http://127.0.0.1:${sqs.port}` };
  await createQueues(options);
  pollers = startPollers({
    ...options,
    invoke: async (_, event) => take(event as SQSEvent),
    warn: (message) => warnings.push(message),
  });
}

async function until(holds: () => boolean, ms = 5_000): Promise<void> {
  await waitUntil('what was waited for', holds, ms);
}

const depth = (name: string) => {
  const { ready, delayed, inflight } = sqs.inspectQueue(name)?.messages ?? { ready: [], delayed: [], inflight: [] };
  return ready.length + delayed.length + inflight.length;
};

/** Brings failed messages back at once, as the back-off of a worker would later. */
async function comeBack(event: SQSEvent): Promise<void> {
  const client = new SQSClient({
    endpoint: `http://127.0.0.1:${sqs.port}`,
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    useQueueUrlAsEndpoint: false,
  });
  for (const { receiptHandle } of event.Records) {
    await client.send(
      new ChangeMessageVisibilityCommand({
        QueueUrl: `http://127.0.0.1:${sqs.port}/000000000000/mcp-test-jobs`,
        ReceiptHandle: receiptHandle,
        VisibilityTimeout: 0,
      }),
    );
  }
  client.destroy();
}

describe('queues', () => {
  it('are made with their dead-letter queue, and again over what an older version left', async () => {
    sqs.createQueue('mcp-test-jobs', { attributes: { VisibilityTimeout: '7' } });
    const options = { functions: [declared()], stage: 'test', sqsEndpoint: `http://127.0.0.1:${sqs.port}` };
    await createQueues(options);
    await createQueues(options);
    const attributes: Record<string, string> = sqs.inspectQueue('mcp-test-jobs')?.attributes ?? {};
    expect(attributes).toMatchObject({ VisibilityTimeout: '180' });
    expect(JSON.parse(attributes['RedrivePolicy'] ?? '')).toEqual({
      deadLetterTargetArn: 'arn:aws:sqs:us-east-1:000000000000:mcp-test-jobs-dlq',
      maxReceiveCount: 5,
    });
    expect(sqs.inspectQueue('mcp-test-jobs-dlq')?.attributes).toMatchObject({ MessageRetentionPeriod: '1209600' });
  });
});

describe('the pollers', () => {
  it("hand a message over as Lambda's event and delete it when it is done", async () => {
    const seen: SQSEvent[] = [];
    await start((event) => void seen.push(event));
    const { messageId } = sqs.sendMessage('mcp-test-jobs', '{"n":1}', {
      messageAttributes: { request_id: { DataType: 'String', StringValue: 'req-12345678' } },
    });
    await until(() => seen.length === 1 && depth('mcp-test-jobs') === 0);
    expect(seen[0]?.Records).toEqual([
      {
        messageId,
        receiptHandle: expect.any(String),
        body: '{"n":1}',
        attributes: expect.objectContaining({
          ApproximateReceiveCount: '1',
          SentTimestamp: expect.stringMatching(/^\d{13}$/),
        }),
        messageAttributes: {
          request_id: { stringValue: 'req-12345678', stringListValues: [], binaryListValues: [], dataType: 'String' },
        },
        md5OfBody: expect.stringMatching(/^[0-9a-f]{32}$/),
        md5OfMessageAttributes: expect.stringMatching(/^[0-9a-f]{32}$/),
        eventSource: 'aws:sqs',
        eventSourceARN: 'arn:aws:sqs:us-east-1:000000000000:mcp-test-jobs',
        awsRegion: 'us-east-1',
      },
    ]);
  });

  it('keep what a batch names as failed and delete the rest', async () => {
    const seen: string[] = [];
    const takeFive = declared(10);
    sqs.createQueue('mcp-test-jobs');
    for (let n = 1; n <= 5; n += 1) sqs.sendMessage('mcp-test-jobs', `{"n":${n}}`);
    await start((event) => {
      seen.push(...event.Records.map(({ body }) => body));
      const failed = event.Records.filter(({ body }) => body === '{"n":2}' || body === '{"n":4}');
      return { batchItemFailures: failed.map(({ messageId }) => ({ itemIdentifier: messageId })) };
    }, takeFive);
    await until(() => seen.length === 5 && depth('mcp-test-jobs') === 2);
    const left = sqs.inspectQueue('mcp-test-jobs')?.messages.inflight.map(({ message }) => message.body);
    expect(left?.toSorted()).toEqual(['{"n":2}', '{"n":4}']);
  });

  it.each([
    ['throws', () => Promise.reject(new Error('a bug'))],
    ['answers nonsense', () => ({ batchItemFailures: 'all' })],
    ['names a message that was not in the batch', () => ({ batchItemFailures: [{ itemIdentifier: 'other' }] })],
  ])('keep the whole batch when the worker %s', async (_, take) => {
    let calls = 0;
    await start(() => {
      calls += 1;
      return take();
    });
    sqs.sendMessage('mcp-test-jobs', '{"n":1}');
    await until(() => calls === 1);
    await staysTrue('the message waits', () => depth('mcp-test-jobs') === 1, 50);
    expect(calls).toBe(1);
  });

  it('bring a message five times, counting, and then it is a dead letter', async () => {
    const counts: string[] = [];
    await start(async (event) => {
      counts.push(...event.Records.map(({ attributes }) => attributes.ApproximateReceiveCount));
      await comeBack(event);
      return { batchItemFailures: event.Records.map(({ messageId }) => ({ itemIdentifier: messageId })) };
    });
    sqs.sendMessage('mcp-test-jobs', '{"n":1}');
    await until(() => depth('mcp-test-jobs-dlq') === 1, 10_000);
    expect(counts).toEqual(['1', '2', '3', '4', '5']);
    expect(depth('mcp-test-jobs')).toBe(0);
  });

  it('keep to the batch size and to the batches at once', async () => {
    let running = 0;
    let most = 0;
    const sizes: number[] = [];
    sqs.createQueue('mcp-test-jobs');
    for (let n = 0; n < 30; n += 1) sqs.sendMessage('mcp-test-jobs', `{"n":${n}}`);
    await start(
      async (event) => {
        running += 1;
        most = Math.max(most, running);
        sizes.push(event.Records.length);
        await takesTime(50);
        running -= 1;
      },
      declared(4, 3),
    );
    await until(() => depth('mcp-test-jobs') === 0);
    expect(Math.max(...sizes)).toBe(4);
    expect(most).toBe(3);
  });

  it('wait while SQS is away, say so once, and go on', async () => {
    let calls = 0;
    await start(() => void (calls += 1));
    const { port } = sqs;
    await sqs.stop();
    await until(() => warnings.length > 0);
    await staysTrue('one warning', () => warnings.length === 1, 900);
    expect(warnings).toEqual(['The queue jobs cannot be read; trying on']);
    sqs = await startFauxqs({ port, logger: false });
    sqs.createQueue('mcp-test-jobs');
    sqs.sendMessage('mcp-test-jobs', '{"n":1}');
    await until(() => calls === 1, 10_000);
    expect(warnings).toHaveLength(1);
  });

  it('stop at once in the middle of a long poll', async () => {
    await start(() => undefined);
    await takesTime(100);
    const idleAt = performance.now();
    await pollers?.stop();
    expect(performance.now() - idleAt).toBeLessThan(lateMs);
  });

  it('stop after the batch under way', async () => {
    let done = false;
    let begun = false;
    await start(async () => {
      begun = true;
      await takesTime(200);
      done = true;
    });
    sqs.sendMessage('mcp-test-jobs', '{"n":1}');
    await until(() => begun);
    await pollers?.stop();
    expect(done).toBe(true);
    expect(depth('mcp-test-jobs')).toBe(0);
  });
});
