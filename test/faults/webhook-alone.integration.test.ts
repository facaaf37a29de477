import { describe, expect, inject, it } from 'vitest';
import { serverJson, startWorld } from '../functions/github/world.ts';
import { startStoreNetwork } from './store-network.ts';
import { freshDatabase } from '../stores.ts';

/* MySQL and MongoDB are away while webhooks arrive: each is answered at once, and what they say is done when the stores are back. */

/** `npm run faults:webhook` sends a thousand, and holds them to the time. */
const deliveries = Number(process.env['WEBHOOK_DELIVERIES'] ?? '20');
const p99Ms = process.env['WEBHOOK_DELIVERIES'] === undefined ? Infinity : 300;

describe('while MySQL and MongoDB are away', async () => {
  const database = await freshDatabase();
  const [mysql, mongodb] = await Promise.all([
    startStoreNetwork(database.url),
    startStoreNetwork(new URL(`/w${crypto.randomUUID().slice(0, 8)}`, inject('stores').mongodb).href),
  ]);
  const world = await startWorld({ urls: { mysql: mysql.url, mongodb: mongodb.url } });
  const { github, app } = world;

  it('every webhook is accepted, a forged one refused, and the pushes are synced afterwards', async () => {
    const ada = await app.signUp();
    const repository = await github.addRepository('acme/alone', { 'server.json': serverJson() });
    const connected = await world.connect(ada, {
      repository_url: 'https://github.com/acme/alone',
      access_token: world.token('read'),
    });
    expect(connected.status, connected.text).toBe(201);
    const { secret } = connected.body['webhook'] as { secret: string };
    mysql.fail('reset');
    mongodb.fail('reset');
    const after = await repository.git.commit('main', { 'server.json': serverJson('1.1.0') });
    const body = JSON.stringify({ ref: 'refs/heads/main', after, repository: { id: repository.id } });
    const spentMs: number[] = [];
    for (let n = 1; n <= deliveries; n += 1) {
      const startedAt = performance.now();
      expect((await world.deliver(body, secret)).status).toBe(202);
      spentMs.push(performance.now() - startedAt);
    }
    expect((await world.deliver('{"repository":{"id":1}}', secret)).status).toBe(401);
    const [p50, p99] = [0.5, 0.99].map((share) => percentile(spentMs, share));
    console.log(`webhooks: p50 ${p50?.toFixed(0)} ms, p99 ${p99?.toFixed(0)} ms, of ${deliveries}`);
    expect(p99).toBeLessThan(p99Ms);
    await mysql.resume();
    await mongodb.resume();
    const id = connected.body['connection_id'];
    // A worker that found no store gave up in the end; the look of every ten minutes finds what is owed.
    const inStep = async () => {
      await world.reconcile();
      return (await world.connection(ada, id))['last_sync_sha'];
    };
    await expect.poll(inStep, { interval: 3000 }).toBe(after);
  });
});

function percentile(values: readonly number[], share: number): number {
  return values.toSorted((a, b) => a - b)[Math.ceil(values.length * share) - 1] ?? Number.NaN;
}
