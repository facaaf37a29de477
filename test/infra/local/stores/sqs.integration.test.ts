import {
  ChangeMessageVisibilityCommand,
  CreateQueueCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { stopMs } from '../../../../infra/local/process/run-in-thread.ts';
import { startSqs } from '../../../../infra/local/stores/signed-store.ts';
import type { Service } from '../../../../infra/local/stores/service.ts';
import { cache, credentials, temporaryState } from '../temporary-state.ts';
import { sqsClient } from './local-clients.ts';

const { state, remove } = temporaryState();
const options = { state, cache, env: {}, credentials };
let service: Service;
let client: SQSClient;

beforeAll(async () => {
  service = await startSqs(options);
  client = sqsClient(service.url);
});
afterAll(async () => {
  client.destroy();
  await service.stop();
  remove();
});

async function restart() {
  client.destroy();
  await service.stop();
  service = await startSqs(options);
  client = sqsClient(service.url);
}

async function queue(QueueName: string, Attributes: Record<string, string> = {}): Promise<string> {
  const { QueueUrl = '' } = await client.send(new CreateQueueCommand({ QueueName, Attributes }));
  return QueueUrl;
}

const urlOf = async (QueueName: string) => (await client.send(new GetQueueUrlCommand({ QueueName }))).QueueUrl ?? '';

async function send(QueueUrl: string, ...bodies: string[]): Promise<void> {
  const Entries = bodies.map((MessageBody, index) => ({ Id: String(index), MessageBody }));
  await client.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
}

async function receive(QueueUrl: string, VisibilityTimeout = 30) {
  const attributes = { MessageSystemAttributeNames: ['ApproximateReceiveCount'] as const, MaxNumberOfMessages: 10 };
  const command = { QueueUrl, VisibilityTimeout, ...attributes, MessageSystemAttributeNames: ['All' as const] };
  const { Messages = [] } = await client.send(new ReceiveMessageCommand(command));
  return Messages.map(({ Body, ReceiptHandle, Attributes }) => ({
    body: Body,
    handle: ReceiptHandle,
    count: Number(Attributes?.ApproximateReceiveCount),
  }));
}

test('gives queues the address that it listens on, the new one after a restart', async () => {
  expect(await queue('addressed')).toBe(`${service.url}/000000000000/addressed`);
  const before = service.url;
  await restart();
  expect(service.url).not.toBe(before);
  expect(await urlOf('addressed')).toBe(`${service.url}/000000000000/addressed`);
  expect(await queue('addressed')).toBe(`${service.url}/000000000000/addressed`);
  await client.send(
    new SendMessageCommand({ QueueUrl: `${before}/000000000000/addressed`, MessageBody: 'old address' }),
  );
  expect(await receive(await urlOf('addressed'))).toMatchObject([{ body: 'old address' }]);
});

test('keeps messages over a restart: the waiting ones, and the received ones until they are deleted', async () => {
  const url = await queue('kept', { VisibilityTimeout: '60' });
  await send(url, 'deleted', 'received', 'waiting');
  const [deleted, received] = await receive(url);
  await client.send(new DeleteMessageCommand({ QueueUrl: url, ReceiptHandle: deleted?.handle }));
  await client.send(
    new ChangeMessageVisibilityCommand({ QueueUrl: url, ReceiptHandle: received?.handle, VisibilityTimeout: 1 }),
  );
  await restart();
  const again = await urlOf('kept');
  await expect.poll(() => receive(again)).toMatchObject([{ body: 'received', count: 2 }]);
});

test('gives a message back at once when its visibility ends, and still counts its receives', async () => {
  const url = await queue('returned');
  await send(url, 'again');
  for (let count = 1; count <= 3; count += 1) {
    const [message] = await receive(url);
    expect(message).toMatchObject({ body: 'again', count });
    const back = { QueueUrl: url, ReceiptHandle: message?.handle, VisibilityTimeout: 0 };
    await client.send(new ChangeMessageVisibilityCommand(back));
    if (count === 2) await restart();
  }
});

test('moves what fails too often to the dead-letter queue, where a restart finds it', async () => {
  const dead = await queue('dead');
  const { Attributes } = await client.send(
    new GetQueueAttributesCommand({ QueueUrl: dead, AttributeNames: ['QueueArn'] }),
  );
  const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: Attributes?.QueueArn, maxReceiveCount: 1 });
  const url = await queue('failing', { RedrivePolicy });
  await send(url, 'bad');
  await receive(url, 0);
  expect(await receive(url)).toEqual([]);
  await restart();
  expect(await receive(await urlOf('dead'))).toMatchObject([{ body: 'bad' }]);
});

test('a long poll does not hold up its stop', async () => {
  const url = await queue('stopped');
  const poller = sqsClient(service.url);
  const ended = poller.send(new ReceiveMessageCommand({ QueueUrl: url, WaitTimeSeconds: 20 })).then(
    () => 'answered',
    () => 'cut off',
  );
  // It is waited for by now.
  await urlOf('stopped');
  const started = performance.now();
  await service.stop();
  // A service that does not stop by itself is ended then.
  expect(performance.now() - started).toBeLessThan(stopMs);
  expect(await ended).toBe('cut off');
  poller.destroy();
  await restart();
});

test('uses SQS_ENDPOINT as it is', async () => {
  const own = await startSqs({ ...options, env: { SQS_ENDPOINT: service.url } });
  expect(own).toMatchObject({ url: service.url, how: 'yours: SQS_ENDPOINT' });
});
