import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { bundleFunctions } from '../../infra/bundle.ts';
import { discover } from '../../infra/discover.ts';
import { newEncryptionKeys } from '../../infra/local/encryption-key.ts';
import { localEnvironment, withLocalCredentials } from '../../infra/local/environment.ts';
import { createQueues } from '../../infra/local/gateway/queues.ts';
import { createTables } from '../../lib/adapters/dynamo/create-tables.ts';
import { newSigningKeys } from '../harness.ts';
import { httpEvent } from '../lib/kernel/fixtures.ts';
import { freshDatabase, type TestDatabase } from '../stores.ts';

/* The bundles as Lambda runs them: a process of their own, the real drivers as they were bundled, the real stores. */

const folder = mkdtempSync(join(tmpdir(), 'bundles-'));
let database: TestDatabase;
let env: NodeJS.ProcessEnv;
beforeAll(async () => {
  const stage = `t${randomBytes(5).toString('hex')}`;
  const stores = inject('stores');
  database = await freshDatabase();
  env = localEnvironment({
    env: { STAGE: stage },
    urls: { ...stores, mysql: database.url },
    port: 8000,
    signingKeys: await newSigningKeys(),
    encryptionKeys: newEncryptionKeys(),
  });
  withLocalCredentials(env);
  withLocalCredentials(process.env);
  const functions = await discover();
  const dynamo = new DynamoDBClient({ endpoint: stores.dynamodb, region: 'us-east-1' });
  await Promise.all([
    createTables(dynamo, stage),
    createQueues({ functions, stage, sqsEndpoint: stores.sqs }),
    bundleFunctions(functions, folder, '7.7.7'),
  ]);
  dynamo.destroy();
});
afterAll(async () => {
  rmSync(folder, { recursive: true });
  await database.drop();
});

interface Answer {
  readonly statusCode: number;
  readonly headers: Record<string, string>;
  readonly body: string;
}

async function invoke(id: string, event: object, vars: NodeJS.ProcessEnv = env): Promise<Answer> {
  const script = `require(${JSON.stringify(join(folder, id, 'index.js'))})
    .handler(${JSON.stringify(event)}, { functionName: 'mcp-x-${id}', awsRequestId: 'x', getRemainingTimeInMillis: () => 9999 })
    .then((answer) => { require('node:fs').writeSync(3, JSON.stringify(answer)); process.exit(0); })`;
  const shell = `exec 3>&1 1>&2; exec "$0" -e "$1"`;
  const { stdout } = await promisify(execFile)('/bin/sh', ['-c', shell, process.execPath, script], { env: vars });
  return JSON.parse(stdout) as Answer;
}

const post = (body: object) => ({ headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
const asset = (name: string) =>
  invoke('get-docs-asset', httpEvent('GET', `/api/docs/${name}`, { params: { asset: name } }));

test('a bundle reaches every store with the drivers that were bundled', async () => {
  const { statusCode, body } = await invoke('get-health', httpEvent('GET', '/health'));
  expect(JSON.parse(body)).toMatchObject({
    status: 'healthy',
    services: {
      mysql: { status: 'healthy' },
      mongodb: { status: 'healthy' },
      redis: { status: 'healthy' },
      dynamodb: { status: 'healthy' },
      sqs: { status: 'healthy' },
    },
  });
  expect(statusCode).toBe(200);
});

test('a bundle writes and reads through MySQL, DynamoDB and Redis', async () => {
  const person = { username: 'ada', email: 'ada@example.org', password: 'Correct-Horse-7' };
  const registered = await invoke('register', httpEvent('POST', '/api/v1/auth/register', post(person)));
  expect(registered.statusCode).toBe(201);
  const { username, password } = person;
  const login = await invoke('login', httpEvent('POST', '/api/v1/auth/login', post({ username, password })));
  expect(login.statusCode).toBe(200);
  const { access_token } = JSON.parse(login.body) as { access_token: string };
  const me = await invoke(
    'get-me',
    httpEvent('GET', '/api/v1/auth/me', { headers: { authorization: `Bearer ${access_token}` } }),
  );
  expect(JSON.parse(me.body)).toMatchObject({ username: 'ada', role: 'developer' });
});

test('the API describes itself from what was built in, without the sources', async () => {
  const { body } = await invoke('get-openapi', httpEvent('GET', '/api/openapi.json'));
  expect(JSON.parse(body)).toMatchObject({ info: { version: '7.7.7' }, paths: { '/health': {} } });
  const { statusCode } = await invoke('fallback', httpEvent('PATCH', '/health'));
  expect(statusCode).toBe(405);
});

test('the documentation page has its files, and no others', async () => {
  expect(await asset('swagger-ui.css')).toMatchObject({ statusCode: 200 });
  expect(await asset('index.js')).toMatchObject({ statusCode: 404 });
});
