import { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';
import { deliveryHeaders, sign } from '../../fixtures/github/stand-in.ts';
import { serverJson, startWorld } from './world.ts';

interface Example {
  readonly name: string;
  readonly examples: readonly Record<string, unknown>[];
}
const examples = createRequire(import.meta.url)('@octokit/webhooks-examples/api.github.com/index.json') as Example[];
const payloads = examples.flatMap(({ name, examples: list }) =>
  list.map((payload) => ({ name, body: JSON.stringify(payload) })),
);
const appSecret = 'the secret of the application';
const handled = [
  'push',
  'release',
  'repository',
  'installation',
  'installation_repositories',
  'pull_request',
  'issue_comment',
];

describe('the webhook', async () => {
  const world = await startWorld({ env: { GITHUB_WEBHOOK_SECRET: appSecret } });
  const { app, github } = world;
  const ada = await app.signUp();
  const post = (body: string, headers: Record<string, string>, query = '') =>
    app.call('POST', `/api/v1/github/webhook${query}`, { raw: body, headers });

  it("takes each of GitHub's own example payloads for what it is when it is signed, and none that is not", async () => {
    expect(payloads.length).toBeGreaterThan(300);
    let accepted = 0;
    for (const { name, body } of payloads) {
      const guid = crypto.randomUUID();
      const headers = deliveryHeaders(name, guid, sign(appSecret, body));
      const right = await post(body, headers);
      expect(right.status, name).toBe(name === 'ping' ? 200 : 202);
      expect(right.body).toEqual({
        message: expect.stringMatching(handled.includes(name) ? /accepted/ : /acknowledged|works/),
        event_type: name,
        delivery_id: guid,
      });
      accepted += 1;
      const { 'x-hub-signature-256': _, ...unsigned } = headers;
      const at = Math.floor(body.length / 2);
      const flipped = `${body.slice(0, at)}${String.fromCharCode(body.charCodeAt(at) ^ 1)}${body.slice(at + 1)}`;
      const forged = [
        await post(body, { ...headers, 'x-hub-signature-256': sign('wrong', body) }),
        await post(flipped, headers),
        await post(body, { ...unsigned, 'x-hub-signature': 'sha1=7d38cdd689735b008b3c702edd92eea23791c5f6' }),
        await post(body, unsigned),
      ];
      expect(
        forged.map(({ status }) => status),
        name,
      ).toEqual([401, 401, 401, 401]);
    }
    expect(accepted).toBe(payloads.length);
  }, 240_000);

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
      .poll(async () => (await list()).map(({ outcome }) => outcome), { timeout: 30_000 })
      .toEqual([expect.any(String), expect.any(String), expect.any(String)]);
    const head = await repository.git.head('main');
    await expect.poll(async () => (await world.connection(ada, id))['last_sync_sha'], { timeout: 30_000 }).toBe(head);
    await expect.poll(async () => (await world.connection(ada, id))['syncing'], { timeout: 30_000 }).toBe(false);
    expect((await world.history(ada, tool_id)).map(({ version }) => version)).toEqual(['1.3.0', '1.0.0']);
  }, 90_000);
});
