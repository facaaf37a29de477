import {
  ChangeMessageVisibilityCommand,
  CreateQueueCommand,
  ListQueuesCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { freePort } from '../../../../infra/local/process/free-port.ts';
import { startSqsServer } from '../../../../infra/local/stores/sqs-server.ts';
import { signedFetch } from '../signed-fetch.ts';
import { credentials, temporaryState } from '../temporary-state.ts';
import { sqsClient } from './local-clients.ts';

const { state, remove } = temporaryState();
let service: Awaited<ReturnType<typeof startSqsServer>>;
let client: SQSClient;

beforeAll(async () => {
  service = await startSqsServer({ credentials, folder: state, port: await freePort() });
  client = sqsClient(service.url);
});
afterAll(async () => {
  client.destroy();
  await service.stop();
  remove();
});

async function queue(QueueName: string): Promise<string> {
  return (await client.send(new CreateQueueCommand({ QueueName }))).QueueUrl ?? '';
}

const send = (QueueUrl: string, MessageBody: string) => client.send(new SendMessageCommand({ QueueUrl, MessageBody }));

test('waits for a message when asked to', async () => {
  const url = await queue('polled');
  const waiting = client.send(new ReceiveMessageCommand({ QueueUrl: url, WaitTimeSeconds: 10 }));
  await send(url, 'there you are');
  expect((await waiting).Messages?.[0]?.Body).toBe('there you are');
});

test('serves SQS and nothing else', async () => {
  expect((await signedFetch(`${service.url}/bucket/key`, { method: 'PUT', body: 'x' })).status).toBe(404);
  const sns = { 'content-type': 'application/x-www-form-urlencoded' };
  expect((await signedFetch(service.url, { method: 'POST', headers: sns, body: 'Action=ListTopics' })).status).toBe(
    404,
  );
});

test('says when its port is taken, and leaves its files in order', async () => {
  const { state: folder, remove: removeFolder } = temporaryState();
  await expect(startSqsServer({ credentials, folder, port: service.port })).rejects.toMatchObject({
    code: 'EADDRINUSE',
  });
  const second = await startSqsServer({ credentials, folder, port: await freePort() });
  await second.stop();
  removeFolder();
});

test('starts again with its queues at the new address, and what was received is visible again', async () => {
  const url = await queue('moved');
  await send(url, 'kept');
  const { Messages } = await client.send(new ReceiveMessageCommand({ QueueUrl: url }));
  const ReceiptHandle = Messages?.[0]?.ReceiptHandle;
  await client.send(new ChangeMessageVisibilityCommand({ QueueUrl: url, ReceiptHandle, VisibilityTimeout: 0 }));
  client.destroy();
  await service.stop();
  service = await startSqsServer({ credentials, folder: state, port: await freePort() });
  client = sqsClient(service.url);
  const { QueueUrls = [] } = await client.send(new ListQueuesCommand({ QueueNamePrefix: 'moved' }));
  expect(QueueUrls).toEqual([`${service.url}/000000000000/moved`]);
  const again = await client.send(new ReceiveMessageCommand({ QueueUrl: QueueUrls[0] }));
  expect(again.Messages?.[0]?.Body).toBe('kept');
});
