import { Ratelimit } from '@upstash/ratelimit';
import type { Redis } from '@upstash/redis';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startContract } from './redis-client.ts';

/** Windows begin when the clock says so; none of these does while a test runs. */
const window = '100 d';

let contract: Awaited<ReturnType<typeof startContract>>;
let redis: Redis;

beforeAll(async () => {
  contract = await startContract();
  redis = contract.client();
});
afterAll(() => contract.stop());

describe.each([
  ['a fixed window', Ratelimit.fixedWindow(3, window)],
  ['a sliding window', Ratelimit.slidingWindow(3, window)],
  ['a token bucket', Ratelimit.tokenBucket(3, window, 3)],
])('%s', (name, limiter) => {
  const limit = () => new Ratelimit({ redis, limiter, prefix: `${contract.prefix}${name}`, ephemeralCache: false });

  test('lets through as many as it says, and no more', async () => {
    const results = [];
    for (let call = 0; call < 5; call += 1) results.push(await limit().limit('caller'));
    expect(results.map(({ success }) => success)).toEqual([true, true, true, false, false]);
    expect(results[0]).toMatchObject({ limit: 3, remaining: 2, reset: expect.any(Number) as unknown });
    expect((await limit().limit('somebody else')).success).toBe(true);
  });

  test('tells what is left, and forgets when it is reset', async () => {
    await limit().limit('reader');
    expect((await limit().getRemaining('reader')).remaining).toBe(2);
    await limit().resetUsedTokens('reader');
    expect((await limit().getRemaining('reader')).remaining).toBe(3);
  });

  test('takes several at once', async () => {
    expect((await limit().limit('bulk', { rate: 3 })).remaining).toBe(0);
    expect((await limit().limit('bulk')).success).toBe(false);
  });
});

test('holds under calls at the same time', async () => {
  const limit = new Ratelimit({
    redis,
    limiter: Ratelimit.slidingWindow(10, window),
    prefix: `${contract.prefix}burst`,
  });
  const results = await Promise.all(Array.from({ length: 30 }, () => limit.limit('caller')));
  expect(results.filter(({ success }) => success)).toHaveLength(10);
});

test('a cached window lets through as many as it says', async () => {
  const limit = new Ratelimit({
    redis,
    limiter: Ratelimit.cachedFixedWindow(2, window),
    prefix: `${contract.prefix}cached`,
    ephemeralCache: new Map(),
  });
  const results = [];
  for (let call = 0; call < 3; call += 1) {
    const result = await limit.limit('caller');
    await result.pending;
    results.push(result.success);
  }
  expect(results).toEqual([true, true, false]);
});
