import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { CreateTableCommand, PutItemCommand, ScanCommand, waitUntilTableExists } from '@aws-sdk/client-dynamodb';
import { CreateQueueCommand, GetQueueUrlCommand, ReceiveMessageCommand, SendMessageCommand } from '@aws-sdk/client-sqs';
import { Redis } from '@upstash/redis';
import { MongoClient } from 'mongodb';
import { createPool, type RowDataPacket } from 'mysql2/promise';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { startStores, type Stores } from '../../../../infra/local/stores/start-stores.ts';
import { lateMs, waitUntil } from '../../../wait-until.ts';
import { cache, credentials, env, groupRuns, temporaryState } from '../temporary-state.ts';
import { dynamodbClient, sqsClient } from './local-clients.ts';

const program = fileURLToPath(new URL('./start-and-report.ts', import.meta.url));
let state: string;
let remove: () => void;

beforeEach(() => ({ state, remove } = temporaryState()));
afterEach(() => remove());

const start = (of: NodeJS.ProcessEnv = env, lines: string[] = []) =>
  startStores({ state, cache, credentials, env: of, report: (line) => lines.push(line) });

function childGroups(): number[] {
  const run = join(state, 'run');
  const files = existsSync(run) ? readdirSync(run).filter((file) => file.endsWith('.json')) : [];
  return files.map((file) => (JSON.parse(readFileSync(join(run, file), 'utf8')) as { pid: number }).pid);
}

describe('all stores', () => {
  test('are up together, each with a line that says where it comes from', async () => {
    await (await start()).stop();
    const lines: string[] = [];
    const started = performance.now();
    const stores = await start(env, lines);
    expect(performance.now() - started).toBeLessThan(10_000 + lateMs);
    expect(stores.services.map(({ name }) => name).toSorted()).toEqual([
      'dynamodb',
      'mongodb',
      'mysql',
      'redis',
      'sqs',
    ]);
    expect(lines).toHaveLength(5);
    for (const line of lines) expect(line).toMatch(/^(mysql|mongodb|redis|dynamodb|sqs) +\S.* \(\d+ ms\)$/);
    await stores.stop();
    expect(childGroups()).toEqual([]);
  });

  test('stop again when one of them cannot be had, with the line that says what to do', async () => {
    const attempt = start({ ...env, MONGODB_URI: 'mongodb://127.0.0.1:1/x' });
    await expect(attempt).rejects.toThrow('MONGODB_URI points at 127.0.0.1:1, where nothing answers');
    expect(childGroups()).toEqual([]);
    await (await start()).stop();
  });

  test('take the preferred ports, and the next free ones where those are taken', async () => {
    const first = await start();
    const taken = Number(new URL(first.urls.sqs).port);
    const { state: other, remove: removeOther } = temporaryState();
    const second = await startStores({
      state: other,
      cache,
      credentials,
      env,
      report: () => undefined,
      ports: { sqs: taken, dynamodb: taken },
    });
    const ports = [second.urls.sqs, second.urls.dynamodb].map((url) => Number(new URL(url).port));
    for (const port of ports) expect(port).toBeGreaterThan(taken);
    expect(new Set(ports).size).toBe(2);
    await Promise.all([first.stop(), second.stop()]);
    removeOther();
  });
});

describe('kill -9 of the platform under load', () => {
  test('leaves no process behind, and the next start has every acknowledged write', async () => {
    const acknowledged = emptyCounts();
    for (let round = 0; round < 2; round += 1) {
      const platform = spawn(process.execPath, [program, state, cache], {
        stdio: ['ignore', 'pipe', 'inherit'],
        env,
      });
      const [line] = (await once(createInterface(platform.stdout), 'line')) as [string];
      const groups = childGroups();
      expect(groups.length).toBeGreaterThanOrEqual(2);
      const killed = new AbortController();
      const load = writeUntilItFails(JSON.parse(line) as Stores['urls'], round, acknowledged, killed.signal);
      const before: Counts = { ...acknowledged };
      const everyStore = () =>
        Object.entries(acknowledged).every(([store, count]) => count > before[store as keyof Counts] + 20);
      try {
        await waitUntil('twenty writes to every store', everyStore);
      } finally {
        killed.abort();
        platform.kill('SIGKILL');
        await load;
      }
      await waitUntil('the end of its processes', () => !groups.some(groupRuns));
    }
    const stores = await start();
    const found = await count(stores.urls);
    const lost = Object.entries(acknowledged).filter(([store, number]) => found[store as keyof Counts] < number);
    expect(lost).toEqual([]);
    for (const number of Object.values(acknowledged)) expect(number).toBeGreaterThan(40);
    await stores.stop();
  });

  test('is followed by a start that does not wait for the old processes to be gone', async () => {
    const platform = spawn(process.execPath, [program, state, cache], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env,
    });
    await once(createInterface(platform.stdout), 'line');
    platform.kill('SIGKILL');
    const stores = await start();
    const redis = new Redis({ url: stores.urls.redis, token: stores.urls.redisToken });
    expect(await redis.ping()).toBe('PONG');
    await stores.stop();
  });
});

const emptyCounts = () => ({ mysql: 0, mongodb: 0, dynamodb: 0, sqs: 0 });
type Counts = ReturnType<typeof emptyCounts>;

/** Writes to every store at once, counting what was acknowledged, until the store answers no more because it was killed: a busy one may fail before. */
async function writeUntilItFails(
  urls: Stores['urls'],
  round: number,
  counts: Counts,
  killed: AbortSignal,
): Promise<void> {
  const mysql = createPool({ uri: urls.mysqlOwner, connectionLimit: 1 });
  const mongodb = new MongoClient(urls.mongodb, { serverSelectionTimeoutMS: 2000, retryWrites: false });
  const [dynamodb, sqs] = [dynamodbClient(urls.dynamodb), sqsClient(urls.sqs)];
  await mysql.query('CREATE TABLE IF NOT EXISTS writes (id VARCHAR(40) PRIMARY KEY)');
  const id = { AttributeName: 'id' };
  const table = {
    TableName: 'writes',
    KeySchema: [{ ...id, KeyType: 'HASH' as const }],
    AttributeDefinitions: [{ ...id, AttributeType: 'S' as const }],
  };
  if (round === 0) {
    await dynamodb.send(new CreateTableCommand({ ...table, BillingMode: 'PAY_PER_REQUEST' }));
    await waitUntilTableExists(
      { client: dynamodb, maxWaitTime: 60, minDelay: 1, maxDelay: 1 },
      { TableName: 'writes' },
    );
  }
  const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: 'writes' }));
  const repeat = async (store: keyof Counts, write: (id: string) => Promise<unknown>) => {
    for (let n = 0; ; n += 1)
      try {
        await write(`${round}-${n}`);
        counts[store] += 1;
      } catch {
        if (killed.aborted) return;
      }
  };
  await Promise.all([
    repeat('mysql', (key) => mysql.query('INSERT INTO writes VALUES (?)', [key])),
    repeat('mongodb', (key) => mongodb.db().collection<{ _id: string }>('writes').insertOne({ _id: key })),
    repeat('dynamodb', (key) => dynamodb.send(new PutItemCommand({ TableName: 'writes', Item: { id: { S: key } } }))),
    repeat('sqs', (key) => sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: key }))),
  ]);
  await Promise.all([mysql.end().catch(() => undefined), mongodb.close()]);
  dynamodb.destroy();
  sqs.destroy();
}

async function count(urls: Stores['urls']): Promise<Counts> {
  const mysql = createPool(urls.mysqlOwner);
  const mongodb = new MongoClient(urls.mongodb);
  const [dynamodb, sqs] = [dynamodbClient(urls.dynamodb), sqsClient(urls.sqs)];
  const [rows] = await mysql.query<RowDataPacket[]>('SELECT COUNT(*) AS n FROM writes');
  const { QueueUrl } = await sqs.send(new GetQueueUrlCommand({ QueueName: 'writes' }));
  const bodies = new Set<string>();
  for (;;) {
    const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }));
    if (Messages.length === 0) break;
    for (const { Body = '' } of Messages) bodies.add(Body);
  }
  const counts = {
    mysql: Number(rows[0]?.['n']),
    mongodb: await mongodb.db().collection('writes').countDocuments(),
    dynamodb: (await dynamodb.send(new ScanCommand({ TableName: 'writes', Select: 'COUNT' }))).Count ?? 0,
    sqs: bodies.size,
  };
  await Promise.all([mysql.end(), mongodb.close()]);
  dynamodb.destroy();
  sqs.destroy();
  return counts;
}
