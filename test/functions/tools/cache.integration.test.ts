import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { type App, type SignedUp, startApp } from '../../harness.ts';
import { startStoreNetwork, type StoreNetwork } from '../../faults/store-network.ts';
import { lateMs, waitUntil } from '../../wait-until.ts';

let redis: StoreNetwork;
let app: App;
let ada: SignedUp;
beforeAll(async () => {
  redis = await startStoreNetwork(inject('stores').redis);
  app = await startApp({ urls: { redis: redis.url.replace(/\/$/, '') } });
  ada = await app.signUp();
});
afterAll(() => redis.close());

const word = () => `w${randomBytes(5).toString('hex')}`;
const call = (method: string, path: string, json?: object) =>
  app.call(method, `/api/v1/mcps${path}`, { token: ada.token, ...(json && { json }) });
const create = (name: string) => call('POST', '', { name, slug: name, version: '1.0.0', config: { servers: [] } });
const found = async (search: string) =>
  ((await call('GET', `?search=${search}`)).body['items'] as { name: string }[]).map(({ name }) => name);
const lastReport = () =>
  JSON.parse(app.lines.findLast((line) => line.includes('"logger":"list-tools"')) ?? '{}') as Record<string, unknown>;

describe('a list', () => {
  it('is answered from the cache the second time, and the report line says so', async () => {
    const name = word();
    await create(name);
    expect(await found(name)).toEqual([name]);
    expect(lastReport()).toMatchObject({ cache_misses: 2 });
    // A busy Redis may miss its deadline once.
    await waitUntil('an answer from the cache', async () => {
      expect(await found(name)).toEqual([name]);
      const { cache_hits: hits, cache_misses: misses } = lastReport();
      return hits === 1 && misses === 0;
    });
  });

  it('shows every change to whoever asks after it was answered', async () => {
    const name = word();
    await create(name);
    for (let n = 0; n < 5; n += 1) {
      await found(name);
      await call('PUT', `/${name}`, { name: `${name} ${n}` });
      expect(await found(name)).toEqual([`${name} ${n}`]);
    }
    await call('DELETE', `/${name}`);
    expect(await found(name)).toEqual([]);
  });

  it('is at most 5 s behind when Redis failed just when it was to forget', async () => {
    const name = word();
    await create(name);
    expect(await found(name)).toEqual([name]);
    redis.fail('reset');
    expect(await call('PUT', `/${name}`, { name: `${name} changed` })).toMatchObject({ status: 200 });
    const changedAt = performance.now();
    await redis.resume();
    await waitUntil('the new name', async () => (await found(name))[0] !== name);
    expect(performance.now() - changedAt).toBeLessThan(5_000 + lateMs);
  });

  it('comes straight from MySQL while Redis is away', async () => {
    const name = word();
    redis.fail('reset');
    expect(await create(name)).toMatchObject({ status: 201 });
    expect(await found(name)).toEqual([name]);
    expect(lastReport()).toHaveProperty('cache_skipped');
    await redis.resume();
  });
});
