import { randomBytes } from 'node:crypto';
import { MongoClient } from 'mongodb';
import { describe, expect, inject, it } from 'vitest';
import { type App, startApp } from '../harness.ts';
import { startStoreNetwork, type StoreNetwork } from './store-network.ts';

/* MongoDB is silent while tools change: every change is answered, and every one is in history when it is back. Other ways of being away: stores-away. */

const changes = 40;

async function changeTools(app: App, token: string): Promise<{ ids: Set<string>; slowestMs: number }> {
  const ids = new Set<string>();
  let slowestMs = 0;
  const timed = async (method: string, path: string, json: object, status: number) => {
    const startedAt = performance.now();
    const reply = await app.call(method, `/api/v1/mcps${path}`, { token, json });
    slowestMs = Math.max(slowestMs, performance.now() - startedAt);
    expect(reply.status, reply.text).toBe(status);
    return String(reply.body['id']);
  };
  await Promise.all(
    Array.from({ length: 10 }, async () => {
      for (let n = 0; n < changes / 20; n += 1) {
        const slug = `m-${randomBytes(8).toString('hex')}`;
        ids.add(await timed('POST', '', { name: 'A', slug, version: '1.0.0', config: { servers: [] } }, 201));
        await timed('PUT', `/${slug}`, { name: 'B' }, 200);
      }
    }),
  );
  return { ids, slowestMs };
}

/** A database behind a network of its own. */
async function startBehind(): Promise<{ app: App; token: string; network: StoreNetwork; name: string }> {
  const name = `m${randomBytes(6).toString('hex')}`;
  const network = await startStoreNetwork(inject('stores').mongodb);
  const url = new URL(network.url);
  url.pathname = `/${name}`;
  const app = await startApp({ urls: { mongodb: url.href } });
  return { app, token: (await app.signUp()).token, network, name };
}

async function keptIn(name: string): Promise<string[]> {
  const client = new MongoClient(inject('stores').mongodb);
  const documents = await client.db(name).collection<{ _id: string }>('mcp_config_history').find().toArray();
  await client.close();
  return documents.map(({ _id }) => _id);
}

describe('while MongoDB is silent', () => {
  it(`${changes} changes are answered, and all are in history once when it is back`, async () => {
    const { app, token, network, name } = await startBehind();
    network.fail('stall');
    const { ids, slowestMs } = await changeTools(app, token);
    // Nobody waits for the database that is away, whose driver would try for 30 s.
    expect(slowestMs).toBeLessThan(25_000);
    expect(await keptIn(name)).toEqual([]);
    const [one] = ids;
    expect((await app.call('GET', `/api/v1/mcps/${String(one)}/history`, { token })).body).toMatchObject({
      total: 2,
      versions: [{ revision: 2 }, { revision: 1 }],
    });
    await network.resume();
    const due = [...ids].flatMap((id) => [1, 2].map((revision) => `${id}:${String(revision).padStart(10, '0')}`));
    await expect
      .poll(
        async () => {
          // The clock's minute is too long for a test.
          await app.invoke('sweep-outbox', { id: 'sweep', time: new Date(Date.now() + 60_000).toISOString() });
          return (await keptIn(name)).toSorted();
        },
        { interval: 1000 },
      )
      .toEqual(due.toSorted());
    await network.close();
  });
});
