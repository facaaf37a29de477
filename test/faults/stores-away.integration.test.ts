import { randomBytes } from 'node:crypto';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { type App, startApp } from '../harness.ts';
import { someOf } from '../runs.ts';
import { freshDatabase } from '../stores.ts';
import { patience, waitUntil } from '../wait-until.ts';
import { everyKind, type Kind, type StoreName, storeNames } from './store-endpoints.ts';
import { startStoreNetwork, storeFaults, type StoreNetwork } from './store-network.ts';

/*
 * Every store × every way in which it can be away, asked by one call of each kind: the answer is the one that functions/README.md names, in time; nobody is let in who should not be;
 * and all is well soon after the store is. `npm run faults:stores` tries all of it, `npm test` three of the twenty-five.
 */

/** What a caller may count on; `npm run faults:stores` has no patience. */
const answerMs = 15_000;
const recoveryMs = 30_000;

const every = storeNames.flatMap((store) => storeFaults.map((fault) => [store, fault] as const));

let app: App;
let kinds: readonly Kind[];
const networks = new Map<StoreName, StoreNetwork>();

beforeAll(async () => {
  const stores = inject('stores');
  const database = await freshDatabase();
  const urls = {
    mysql: database.url,
    mongodb: new URL(`/s${randomBytes(5).toString('hex')}`, stores.mongodb).href,
    redis: stores.redis,
    dynamodb: stores.dynamodb,
    sqs: stores.sqs,
  };
  for (const store of storeNames) networks.set(store, await startStoreNetwork(urls[store]));
  const through = Object.fromEntries([...networks].map(([store, { url }]) => [store, url]));
  app = await startApp({ urls: through, env: { QUOTAS: '{"sockets":1000,"streams":1000}' } });
  kinds = await everyKind(app);
  await untilWell(recoveryMs);
  return async () => {
    for (const network of networks.values()) await network.close();
    await database.drop();
  };
});

interface Answer {
  readonly name: string;
  readonly status: number;
  readonly ms: number;
}

async function askOne({ name, ask }: Kind): Promise<Answer> {
  const startedAt = performance.now();
  return { name, status: await ask(), ms: Math.round(performance.now() - startedAt) };
}

/**
 * All at once. On a busy machine a store that is there may be too slow for so many, who are then told 503, and a request may be on its way for longer than the gateway waits (408): those come again, one after the
 * other, until the first that is told so for good.
 */
async function askAll(store?: StoreName): Promise<Answer[]> {
  const answers = await Promise.all(kinds.map(askOne));
  if (patience === 1) return answers;
  for (const [at, kind] of kinds.entries()) {
    const due = (store && kind.without[store]) ?? kind.well;
    if (![408, 503].includes(answers[at]?.status ?? 0) || answers[at]?.status === due) continue;
    const again = await waitUntil(
      kind.name,
      async () => {
        const answer = await askOne(kind);
        return answer.status === due && answer;
      },
      answerMs,
      250,
    ).catch(() => undefined);
    if (!again) break;
    answers[at] = again;
  }
  return answers;
}

/** @throws Error that names what is not answered as it should be. */
async function untilWell(ms: number): Promise<void> {
  let wrong: string[] = [];
  const look = async (): Promise<boolean> => {
    const answers = await askAll();
    wrong = answers.flatMap(({ name, status }, n) => (status === kinds[n]?.well ? [] : [`${name} ${status}`]));
    return wrong.length === 0;
  };
  await waitUntil('everything is answered', look, ms).catch((error: Error) => {
    throw new Error(`${error.message} ${wrong.join(', ')}`, { cause: error });
  });
}

describe.each(someOf(every, 0.1))('%s, %s', (store, fault) => {
  it('gives the documented answers in time, and all of them again soon after', async () => {
    const network = networks.get(store);
    network?.fail(fault);
    // The first calls meet connections that are open, the second none.
    const rounds = [await askAll(store), await askAll(store)];
    await network?.resume();
    const resumedAt = performance.now();
    await untilWell(recoveryMs);
    const recovered = Math.round(performance.now() - resumedAt);
    const found = rounds.flat().map(({ name, status, ms }) => {
      const { well = 0, without = {}, withinMs = answerMs } = kinds.find((kind) => kind.name === name) ?? {};
      const due = without[store] ?? well;
      return [
        name,
        status === due ? `${status}` : `${status}, not ${due}`,
        ms <= withinMs * patience ? 'in time' : `after ${ms} ms`,
      ];
    });
    const slowest = rounds.flat().toSorted((one, other) => other.ms - one.ms)[0];
    process.stdout.write(
      `| ${store} | ${fault} | ${((slowest?.ms ?? 0) / 1000).toFixed(1)} s (${slowest?.name}) | ${(recovered / 1000).toFixed(1)} s |\n`,
    );
    expect(recovered).toBeLessThan(recoveryMs * patience);
    expect(found.filter(([, status = '', time]) => status.includes('not') || time !== 'in time')).toEqual([]);
  });
});
