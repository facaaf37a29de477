import { describe, expect, inject, it } from 'vitest';
import { openPull } from '../functions/github/pulls.ts';
import { serverJson, startWorld } from '../functions/github/world.ts';
import { freshDatabase } from '../stores.ts';
import { startStoreNetwork } from './store-network.ts';

/* MySQL and MongoDB are away while webhooks arrive: each is answered at once, and what they say is done when the stores are back. */

/** `npm run faults:webhook` sends a thousand, and holds them to the time. */
const total = Number(process.env['WEBHOOK_DELIVERIES'] ?? '20');
const p99Ms = process.env['WEBHOOK_DELIVERIES'] === undefined ? Infinity : 300;
const repositories = total / 10 > 10 ? 10 : 2;
/** For all of them to have their effect. */
const effectMs = Math.max(150_000, total * 800);

describe('while MySQL and MongoDB are away', { timeout: 250_000 + 2 * effectMs }, async () => {
  const database = await freshDatabase();
  const [mysql, mongodb] = await Promise.all([
    startStoreNetwork(database.url),
    startStoreNetwork(new URL(`/w${crypto.randomUUID().slice(0, 8)}`, inject('stores').mongodb).href),
  ]);
  const world = await startWorld({ urls: { mysql: mysql.url, mongodb: mongodb.url } });
  const { github, app } = world;

  /** A repository in step, and deliveries of what happens there next: pushes, and one pull request. */
  async function prepare(ada: Awaited<ReturnType<typeof app.signUp>>, name: string) {
    const repository = await github.addRepository(name, { 'server.json': serverJson() });
    const connected = await world.connect(ada, {
      repository_url: `https://github.com/${name}`,
      access_token: world.token('write'),
    });
    expect(connected.status, connected.text).toBe(201);
    const id = String(connected.body['connection_id']);
    const { secret } = connected.body['webhook'] as { secret: string };
    const { tool_id } = (await world.sync(ada, id))['result'] as { tool_id: string };
    const of = { repository: { id: repository.id } };
    const deliveries: { event: string; body: string }[] = [];
    for (let n = 1; n < total / repositories; n += 1) {
      const after = await repository.git.commit('main', { 'server.json': serverJson(`1.${n}.0`) });
      deliveries.push({ event: 'push', body: JSON.stringify({ ref: 'refs/heads/main', after, ...of }) });
    }
    const pull = await openPull(github, repository, { 'server.json': serverJson('2.0.0') });
    const opened = { action: 'opened', pull_request: { number: pull.number }, ...of };
    deliveries.push({ event: 'pull_request', body: JSON.stringify(opened) });
    return { id, secret, toolId: tool_id, repository, deliveries };
  }

  it('every webhook is accepted, a forged one refused, and each has its effect once afterwards', async () => {
    const ada = await app.signUp();
    const all: Awaited<ReturnType<typeof prepare>>[] = [];
    for (let n = 1; n <= repositories; n += 1) all.push(await prepare(ada, `acme/alone-${n}`));
    mysql.fail('refused');
    mongodb.fail('refused');
    const spentMs: number[] = [];
    // In turns, as they come from many repositories at once.
    for (let n = 0; n < total / repositories; n += 1)
      for (const { secret, deliveries } of all) {
        const { event = '', body = '' } = deliveries[n] ?? {};
        const startedAt = performance.now();
        expect((await world.deliver(body, secret, { 'x-github-event': event })).status).toBe(202);
        spentMs.push(performance.now() - startedAt);
      }
    const lastAt = performance.now();
    expect((await world.deliver('{"repository":{"id":1}}', all[0]?.secret ?? '')).status).toBe(401);
    const [p50, p99] = [0.5, 0.99].map((share) => percentile(spentMs, share));
    console.log(`webhooks: p50 ${p50?.toFixed(0)} ms, p99 ${p99?.toFixed(0)} ms, of ${spentMs.length}`);
    await mysql.resume();
    await mongodb.resume();
    const open = async ({ id, repository }: (typeof all)[number]) => {
      const path = `/api/v1/github/connections/${id}/deliveries`;
      const { body } = await app.call('GET', path, { token: ada.token });
      const unhandled = (body['deliveries'] as Record<string, unknown>[]).filter(({ outcome }) => outcome === null);
      const { last_sync_sha, syncing } = await world.connection(ada, id);
      const isInStep = last_sync_sha === (await repository.git.head('main')) && syncing === false;
      return unhandled.length + (isInStep ? 0 : 1) + (repository.comments.length === 0 ? 1 : 0);
    };
    const isDone = async () => (await Promise.all(all.map(open))).every((count) => count === 0);
    // What a worker gave up is handed over by a look, two minutes after it came at the earliest.
    const isLookDue = async () => performance.now() - lastAt > 125_000 || isDone();
    await expect.poll(isLookDue, { timeout: 150_000, interval: 3000 }).toBe(true);
    await world.lookNow(...all.map(({ id }) => id));
    await expect.poll(isDone, { timeout: effectMs, interval: 3000 }).toBe(true);
    for (const { toolId, repository, deliveries } of all) {
      const history = await world.history(ada, toolId);
      expect(history[0]).toMatchObject({ version: `1.${deliveries.length - 1}.0`, change_type: 'sync' });
      // One sync serves many pushes; more is one that a push met on its way.
      expect(history.length).toBeLessThanOrEqual(4);
      expect(repository.comments).toHaveLength(1);
    }
    expect(p99).toBeLessThan(p99Ms);
  });
});

function percentile(values: readonly number[], share: number): number {
  return values.toSorted((a, b) => a - b)[Math.ceil(values.length * share) - 1] ?? Number.NaN;
}
