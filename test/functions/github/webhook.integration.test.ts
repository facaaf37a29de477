import { createRequire } from 'node:module';
import { DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import { describe, expect, inject, it } from 'vitest';
import { discover } from '../../../infra/discover.ts';
import { deliveriesTable, tableName } from '../../../lib/adapters/dynamo/tables.ts';
import { deliveryHeaders, sign } from '../../fixtures/github/stand-in.ts';
import { watchCalls, watched } from '../../laws/watch-calls.ts';
import { someOf } from '../../runs.ts';
import { waitUntil } from '../../wait-until.ts';
import { serverJson, startWorld } from './world.ts';

interface Example {
  readonly name: string;
  readonly examples: readonly Record<string, unknown>[];
}
const examples = createRequire(import.meta.url)('@octokit/webhooks-examples/api.github.com/index.json') as Example[];
const appSecret = 'the secret of the application';
const handled = new Set([
  'push',
  'release',
  'repository',
  'installation',
  'installation_repositories',
  'pull_request',
  'issue_comment',
]);

/** GitHub's own examples as new deliveries that are signed right. */
const signedExamples = () =>
  examples.flatMap(({ name, examples: list }) =>
    list.map((payload) => {
      const body = JSON.stringify(payload);
      return { name, body, headers: deliveryHeaders(name, crypto.randomUUID(), sign(appSecret, body)) };
    }),
  );
type Signed = ReturnType<typeof signedExamples>[number];

/** Under another secret, with one bit turned, with the signature of old, with none. */
function forgeriesOf({ name, body, headers }: Signed): Signed[] {
  const { 'x-hub-signature-256': _, ...unsigned } = headers;
  const at = Math.floor(body.length / 2);
  const flipped = `${body.slice(0, at)}${String.fromCharCode(body.charCodeAt(at) ^ 1)}${body.slice(at + 1)}`;
  return [
    { name, body, headers: { ...headers, 'x-hub-signature-256': sign('wrong', body) } },
    { name, body: flipped, headers },
    { name, body, headers: { ...unsigned, 'x-hub-signature': 'sha1=7d38cdd689735b008b3c702edd92eea23791c5f6' } },
    { name, body, headers: unsigned },
  ];
}

/** Always the same order, and none that anybody would think of. */
const shuffled = <T>(list: readonly T[]): T[] =>
  list
    .map((each, index) => [each, (index * 7919 + 104_729) % 10_007] as const)
    .toSorted(([, a], [, b]) => a - b)
    .map(([each]) => each);

describe('the webhook', async () => {
  const calls = watchCalls();
  const functions = (await discover()).map((each) => (each.id === 'receive-webhook' ? watched(calls, each) : each));
  const world = await startWorld({ functions, env: { GITHUB_WEBHOOK_SECRET: appSecret } });
  const { app, github } = world;
  const ada = await app.signUp();
  const post = (body: string, headers: Record<string, string>, query = '') =>
    app.call('POST', `/api/v1/github/webhook${query}`, { raw: body, headers });
  /** Many at once, as they come. */
  async function postAll(list: readonly Signed[]) {
    const answers: Awaited<ReturnType<typeof post>>[] = [];
    for (let start = 0; start < list.length; start += 25)
      answers.push(
        ...(await Promise.all(list.slice(start, start + 25).map(({ body, headers }) => post(body, headers)))),
      );
    return answers;
  }
  async function kept(): Promise<number> {
    const client = new DynamoDBClient({ endpoint: inject('stores').dynamodb, region: 'us-east-1' });
    const { Count = 0 } = await client.send(
      new ScanCommand({ TableName: tableName(app.stage, deliveriesTable), Select: 'COUNT' }),
    );
    client.destroy();
    return Count;
  }
  /** How often the worker did something for a delivery. */
  const effects = () =>
    app.lines
      .map((line) => JSON.parse(line) as Record<string, unknown>)
      .filter((line) => line['route'] === 'sqs github-events' && line['outcome'] !== 'handled before').length;

  it("takes each of GitHub's own 329 examples for what it is, and none that is not signed right: nothing of those is kept", async () => {
    const all = signedExamples();
    expect(all).toHaveLength(329);
    const deliveries = someOf(all, 0.2);
    const before = { kept: await kept(), effects: effects() };
    const refused = await postAll(deliveries.flatMap(forgeriesOf));
    expect(refused.filter(({ status }) => status !== 401)).toEqual([]);
    expect(await kept()).toBe(before.kept);

    const five = shuffled(deliveries.flatMap((each) => Array<Signed>(5).fill(each)));
    for (const [index, { status, body }] of (await postAll(five)).entries()) {
      const { name = '', headers } = five[index] ?? {};
      expect([status, body]).toEqual([
        name === 'ping' ? 200 : 202,
        {
          message: expect.stringMatching(handled.has(name) ? /accepted/ : /acknowledged|works/),
          event_type: name,
          delivery_id: headers?.['x-github-delivery'],
        },
      ]);
    }
    expect(await kept()).toBe(before.kept + deliveries.length);
    const wanted = deliveries.filter(({ name }) => handled.has(name)).length;
    await waitUntil('each delivery is handled', () => effects() >= before.effects + wanted);
    expect(effects()).toBe(before.effects + wanted);
  });

  it('does one conditional write and sends one message before it answers, and asks neither MySQL nor MongoDB', async () => {
    const body = '{"ref": "refs/heads/main"}';
    const before = calls.sent.get('receive-webhook')?.length ?? 0;
    expect((await post(body, deliveryHeaders('push', crypto.randomUUID(), sign(appSecret, body)))).status).toBe(202);
    const sent = calls.sent.get('receive-webhook')?.slice(before) ?? [];
    expect(sent.filter((what) => /^(AWS|MySQL|MongoDB)/.test(what))).toEqual([
      'AWS PutCommand',
      'AWS SendMessageCommand',
    ]);
  });

  it('verifies the bytes as they were sent, also when the gateway hands them over in base64', async () => {
    const body = '{ "zen":"Ünïcode — ✓",\n\t"hook_id": 1 }';
    const headers = deliveryHeaders('ping', crypto.randomUUID(), sign(appSecret, body));
    expect((await post(body, headers)).status).toBe(200);
    expect((await post(body, { ...headers, 'content-type': 'application/octet-stream' })).status).toBe(200);
    const form = `payload=${encodeURIComponent(body)}`;
    expect(
      (
        await post(form, {
          ...deliveryHeaders('ping', crypto.randomUUID(), sign(appSecret, form)),
          'content-type': 'application/x-www-form-urlencoded',
        })
      ).status,
    ).toBe(200);
  });

  it.each([
    ['no body', ''],
    ['no JSON', 'hello'],
    ['an array', '[]'],
    ['null', 'null'],
  ])('refuses %s without a signature of it', async (_what, body) => {
    expect((await post(body, deliveryHeaders('push', crypto.randomUUID(), sign('x', body)))).status).toBe(401);
  });

  it("answers 400 to a signed delivery without GitHub's headers", async () => {
    const body = '{}';
    const { 'x-github-event': _, ...headers } = deliveryHeaders('push', crypto.randomUUID(), sign(appSecret, body));
    expect((await post(body, headers)).status).toBe(400);
  });

  it('lets a secret count for its own repository alone', async () => {
    const [mine, other] = [
      await github.addRepository('acme/mine', { 'server.json': serverJson() }),
      await github.addRepository('acme/other', { 'server.json': serverJson() }),
    ];
    const connect = async (name: string) =>
      (
        await world.connect(ada, {
          repository_url: `https://github.com/acme/${name}`,
          access_token: world.token('read'),
        })
      ).body;
    const [a, b] = [await connect('mine'), await connect('other')];
    const { secret } = a['webhook'] as { secret: string };
    const push = (id: number) =>
      JSON.stringify({ ref: 'refs/heads/main', after: 'a'.repeat(40), repository: { id, full_name: 'acme/mine' } });
    expect((await world.deliver(push(mine.id), secret)).status).toBe(202);
    expect((await world.deliver(push(mine.id), secret, {}, `?connection=${String(a['connection_id'])}`)).status).toBe(
      202,
    );
    expect((await world.deliver(push(other.id), secret)).status).toBe(401);
    expect((await world.deliver(push(other.id), secret, {}, `?connection=${String(a['connection_id'])}`)).status).toBe(
      401,
    );
    expect((await world.deliver(push(mine.id), secret, {}, `?connection=${String(b['connection_id'])}`)).status).toBe(
      401,
    );
  });

  it('has one effect for a delivery that comes five times, in any order among others', async () => {
    const repository = await github.addRepository('acme/often', { 'server.json': serverJson() });
    const { body } = await world.connect(ada, {
      repository_url: 'https://github.com/acme/often',
      access_token: world.token('read'),
    });
    const id = body['connection_id'];
    const { secret } = body['webhook'] as { secret: string };
    const { tool_id } = (await world.sync(ada, id))['result'] as { tool_id: string };
    const deliveries: { raw: string; guid: string }[] = [];
    for (const version of ['1.1.0', '1.2.0', '1.3.0']) {
      const after = await repository.git.commit('main', { 'server.json': serverJson(version) });
      deliveries.push({
        raw: JSON.stringify({ ref: 'refs/heads/main', after, repository: { id: repository.id } }),
        guid: crypto.randomUUID(),
      });
    }
    const five = [0, 1, 2, 3, 4].flatMap((turn) => (turn % 2 ? deliveries : deliveries.toReversed()));
    const answers = await Promise.all(
      five.map(({ raw, guid }) => world.deliver(raw, secret, { 'x-github-delivery': guid })),
    );
    expect(answers.map(({ status }) => status)).toEqual(five.map(() => 202));
    const list = async () =>
      (await app.call('GET', `/api/v1/github/connections/${String(id)}/deliveries`, { token: ada.token })).body[
        'deliveries'
      ] as Record<string, unknown>[];
    await expect
      .poll(async () => (await list()).map(({ outcome }) => outcome))
      .toEqual([expect.any(String), expect.any(String), expect.any(String)]);
    const head = await repository.git.head('main');
    await expect.poll(async () => (await world.connection(ada, id))['last_sync_sha']).toBe(head);
    await expect.poll(async () => (await world.connection(ada, id))['syncing']).toBe(false);
    expect((await world.history(ada, tool_id)).map(({ version }) => version)).toEqual(['1.3.0', '1.0.0']);
  });
});
