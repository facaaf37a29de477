import {
  CreateTableCommand,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  type DynamoDBClient,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startDynamodb } from '../../../../infra/local/stores/signed-store.ts';
import type { Service } from '../../../../infra/local/stores/service.ts';
import { cache, credentials, temporaryState } from '../temporary-state.ts';
import { dynamodbClient } from './local-clients.ts';

const { state, remove } = temporaryState();
const options = { state, cache, env: {}, credentials };
let service: Service;
let client: DynamoDBClient;

beforeAll(async () => {
  service = await startDynamodb(options);
  client = dynamodbClient(service.url);
  await client.send(
    new CreateTableCommand({
      TableName: 'events',
      BillingMode: 'PAY_PER_REQUEST',
      KeySchema: [
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: 'sk', KeyType: 'RANGE' },
      ],
      AttributeDefinitions: [
        { AttributeName: 'pk', AttributeType: 'S' },
        { AttributeName: 'sk', AttributeType: 'N' },
      ],
    }),
  );
  await waitUntilTableExists({ client, maxWaitTime: 60, minDelay: 1, maxDelay: 1 }, { TableName: 'events' });
});
afterAll(async () => {
  client.destroy();
  await service.stop();
  remove();
});

const put = (sk: number, condition?: string) =>
  client.send(
    new PutItemCommand({
      TableName: 'events',
      Item: { pk: { S: 'p' }, sk: { N: String(sk) }, data: { B: Buffer.from([0, 255]) } },
      ...(condition === undefined ? {} : { ConditionExpression: condition }),
    }),
  );

test('takes conditional writes and answers them in order', async () => {
  await put(2);
  await put(10);
  await put(1, 'attribute_not_exists(pk)');
  await expect(put(1, 'attribute_not_exists(pk)')).rejects.toMatchObject({ name: 'ConditionalCheckFailedException' });
  const { Items = [] } = await client.send(
    new QueryCommand({
      TableName: 'events',
      KeyConditionExpression: 'pk = :p',
      ExpressionAttributeValues: { ':p': { S: 'p' } },
    }),
  );
  expect(Items.map(({ sk }) => sk?.N)).toEqual(['1', '2', '10']);
});

test('keeps its tables over a restart', async () => {
  await put(99);
  client.destroy();
  await service.stop();
  service = await startDynamodb(options);
  client = dynamodbClient(service.url);
  const { Item } = await client.send(
    new GetItemCommand({ TableName: 'events', Key: { pk: { S: 'p' }, sk: { N: '99' } }, ConsistentRead: true }),
  );
  expect(Buffer.from(Item?.['data']?.B ?? [])).toEqual(Buffer.from([0, 255]));
});

test('says so when its tables are in use by another', async () => {
  await expect(startDynamodb(options)).rejects.toThrow(/^dynalite does not start \(.*\): set DYNAMODB_ENDPOINT$/);
});

test('uses DYNAMODB_ENDPOINT as it is', async () => {
  const own = await startDynamodb({ ...options, env: { DYNAMODB_ENDPOINT: service.url } });
  expect(own).toMatchObject({ url: service.url, how: 'yours: DYNAMODB_ENDPOINT' });
});
