import { beforeAll, describe, expect, inject, it } from 'vitest';
import { createConnection, type RowDataPacket } from 'mysql2/promise';
import { UpdateCommand, DynamoDBDocumentClient, ScanCommand } from '@aws-sdk/lib-dynamodb';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { type App, type Reply, type SignedUp, startApp } from '../../harness.ts';

let app: App;
let user: SignedUp;
beforeAll(async () => {
  app = await startApp({ env: { ALLOW_PRIVATE_ADDRESSES: 'true' } });
  user = await app.signUp();
});

const remote = { mcpServers: { acme: { url: 'http://127.0.0.1:9/mcp' } } };
const tool = (slug: string, config: object = { servers: [] }) => ({ name: 'Acme', slug, version: '1.0.0', config });
const post = (key: string, json: unknown, { token = user.token, path = '/api/v1/mcps' } = {}): Promise<Reply> =>
  app.call('POST', path, { token, json, headers: { 'idempotency-key': key } });
const replayed = ({ headers }: Reply) => headers.get('idempotent-replayed');

/** Makes the record of a key as a run that died leaves it: effect there, answer not. */
async function forgetAnswers(): Promise<void> {
  const client = DynamoDBDocumentClient.from(
    new DynamoDBClient({ endpoint: inject('stores').dynamodb, region: 'us-east-1' }),
  );
  const TableName = `mcp-${app.stage}-requests`;
  const { Items = [] } = await client.send(new ScanCommand({ TableName }));
  for (const { pk } of Items.filter((item) => String(item['pk']).startsWith('request#'))) {
    await client.send(
      new UpdateCommand({
        TableName,
        Key: { pk: pk as string },
        UpdateExpression: 'SET run_ends_at = :past REMOVE answer',
        ExpressionAttributeValues: { ':past': Date.now() - 1 },
      }),
    );
  }
  client.destroy();
}

async function rows(sql: string, values: readonly string[]): Promise<RowDataPacket[]> {
  const connection = await createConnection(app.database);
  const [found] = await connection.query<RowDataPacket[]>(sql, [...values]);
  await connection.end();
  return found;
}

describe('Idempotency-Key', () => {
  it('makes one effect of 50 requests at once, and every later one gets the first answer byte for byte', async () => {
    const answers = await Promise.all(Array.from({ length: 50 }, () => post('fifty', tool('fifty'))));
    const made = answers.filter(({ status }) => status === 201);
    expect(made.filter((answer) => replayed(answer) === null)).toHaveLength(1);
    expect(answers.filter(({ status }) => status !== 201).every(({ status }) => status === 409)).toBe(true);
    expect(answers.find(({ status }) => status === 409)?.headers.get('retry-after') ?? '1').toMatch(/^\d+$/);
    const again = await post('fifty', tool('fifty'));
    expect([again.status, replayed(again), again.text]).toEqual([201, 'true', made[0]?.text]);
    for (const name of ['location', 'etag', 'content-type'])
      expect(again.headers.get(name)).toBe(made[0]?.headers.get(name));
    expect(await rows('SELECT id FROM mcp_tools WHERE slug = ?', ['fifty'])).toHaveLength(1);
  });

  it('keeps no refusal: the same request is tried anew', async () => {
    await post('refused-1', tool('refused'));
    const first = await post('refused-2', tool('refused'));
    const second = await post('refused-2', tool('refused'));
    expect([first.status, second.status, replayed(second)]).toEqual([409, 409, null]);
  });

  it('belongs to one request of one caller at one endpoint', async () => {
    const first = await post('mine', tool('mine'));
    const other = await post('mine', tool('mine-2'));
    expect([other.status, other.body['error_code']]).toEqual([422, 'VALIDATION_ERROR']);
    const somebody = await app.signUp();
    const theirs = await post('mine', tool('theirs'), { token: somebody.token });
    expect([theirs.status, theirs.body['id'] === first.body['id']]).toEqual([201, false]);
    const elsewhere = await post('mine', { name: 'ci' }, { path: '/api/v1/auth/api-keys' });
    expect([elsewhere.status, replayed(elsewhere)]).toEqual([201, null]);
  });

  it('is 1 to 255 characters long', async () => {
    expect((await post('x'.repeat(256), tool('long'))).status).toBe(422);
    expect((await post('x'.repeat(255), tool('long'))).status).toBe(201);
  });

  it('repeats no effect when the answer was lost with its process', async () => {
    const first = await post(
      'crash',
      tool('crash', { servers: [{ name: 's', command: 'npx', env: { PASSWORD: 'hunter2' } }] }),
    );
    const imported = await post('crash', remote, { path: '/api/v1/mcps/import' });
    const key = await post('crash', { name: 'crash' }, { path: '/api/v1/auth/api-keys' });
    const [drafted] = imported.body['tools'] as { id: string }[];
    const deploy = { tool_id: drafted?.id };
    const deployment = await post('crash', deploy, { path: '/api/v1/deployments' });
    const analyse = { config: { servers: [{ name: 'a', command: 'npx' }] } };
    const task = await post('crash', analyse, { path: '/api/v1/analyze/feasibility' });
    expect([deployment.status, task.status]).toEqual([201, 202]);
    await forgetAnswers();
    const second = await post(
      'crash',
      tool('crash', { servers: [{ name: 's', command: 'npx', env: { PASSWORD: 'hunter2' } }] }),
    );
    expect([second.status, replayed(second), second.body]).toEqual([201, null, first.body]);
    const importedAgain = await post('crash', remote, { path: '/api/v1/mcps/import' });
    expect(importedAgain.body).toEqual(imported.body);
    const keyAgain = await post('crash', { name: 'crash' }, { path: '/api/v1/auth/api-keys' });
    expect(keyAgain.body['id']).toBe(key.body['id']);
    expect((await app.call('GET', '/api/v1/auth/me', { apiKey: String(keyAgain.body['key']) })).status).toBe(200);
    const deploymentAgain = await post('crash', deploy, { path: '/api/v1/deployments' });
    expect([deploymentAgain.status, deploymentAgain.body['deployment_id']]).toEqual([
      201,
      deployment.body['deployment_id'],
    ]);
    const taskAgain = await post('crash', analyse, { path: '/api/v1/analyze/feasibility' });
    expect([taskAgain.status, taskAgain.body['task_id']]).toEqual([202, task.body['task_id']]);
    await expect.poll(() => rows('SELECT id FROM outbox', [])).toEqual([]);
    const told = await rows("SELECT id FROM audit WHERE target_id = ? AND action = 'tool.created'", [
      String(first.body['id']),
    ]);
    expect(told).toHaveLength(1);
  });

  it('keeps secrets that an answer held encrypted', async () => {
    const { body } = await post('secret', { name: 'kept' }, { path: '/api/v1/auth/api-keys' });
    const again = await post('secret', { name: 'kept' }, { path: '/api/v1/auth/api-keys' });
    expect(again.body['key']).toBe(body['key']);
    const client = DynamoDBDocumentClient.from(
      new DynamoDBClient({ endpoint: inject('stores').dynamodb, region: 'us-east-1' }),
    );
    const { Items } = await client.send(new ScanCommand({ TableName: `mcp-${app.stage}-requests` }));
    client.destroy();
    expect(JSON.stringify(Items)).not.toContain(String(body['key']));
  });

  it('keeps the answer of the largest configuration', async () => {
    const noise = Array.from({ length: 7 }, () =>
      Buffer.from(crypto.getRandomValues(new Uint8Array(24_000))).toString('base64'),
    );
    const config = { servers: noise.map((text, index) => ({ name: `s${index}`, command: 'npx', comment: text })) };
    const first = await post('large', tool('large', config));
    expect(first.status, first.text.slice(0, 200)).toBe(201);
    const again = await post('large', tool('large', config));
    expect([again.status, again.text.length]).toEqual([201, first.text.length]);
  });

  it('is no matter to a request that creates nothing', async () => {
    const headers = { 'idempotency-key': 'reading' };
    const answers = await Promise.all(
      ['/api/v1/mcps', '/api/v1/auth/me'].map((path) => app.call('GET', path, { token: user.token, headers })),
    );
    expect(answers.map(replayed)).toEqual([null, null]);
    const login = () =>
      app.call('POST', '/api/v1/auth/login', { json: { username: user.username, password: user.password }, headers });
    const [one, other] = [await login(), await login()];
    expect(one.body['refresh_token']).not.toBe(other.body['refresh_token']);
  });
});
