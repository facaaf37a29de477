import { randomBytes } from 'node:crypto';
import { Redis, type Requester } from '@upstash/redis';
import { describe, expect, inject, it } from 'vitest';
import { redisCache } from '../../../../lib/adapters/redis/cache.ts';
import { correlated } from '../../../../lib/kernel/log/correlation.ts';
import { takesTime } from '../../../wait-until.ts';

const { redis: url, redisToken: token } = inject('stores');
const stage = `t${randomBytes(4).toString('hex')}`;
const redisAt = (at: string) => new Redis({ url: at, token, retry: false, enableTelemetry: false });
/** With the patience that a busy machine needs, and with that of the platform where nobody listens. */
const open = (at = url) => redisCache(redisAt(at), stage, at === url ? 5_000 : undefined);
const space = () => `s${randomBytes(4).toString('hex')}`;

/** A loader that counts its runs and answers what it is told to. */
function source<T>(value: T, ms = 0) {
  const made = {
    runs: 0,
    value,
    load: async (): Promise<T> => {
      made.runs += 1;
      const now = made.value;
      await takesTime(ms);
      return now;
    },
  };
  return made;
}

describe('a kept value', () => {
  it('is loaded once and answered as it was', async () => {
    const value = { text: '= ünï "x"', list: [1, null, true], number: '1' };
    const [cache, of] = [source(value), space()];
    for (let n = 0; n < 3; n += 1) expect(await open().remember(of, 'k', 5, cache.load)).toEqual(value);
    expect(cache.runs).toBe(1);
  });

  it('is loaded by one of many who miss at once, in one process and in several', async () => {
    const [slow, of] = [source('v', 200), space()];
    const processes = [open(), open(), open()];
    const asked = processes.flatMap((cache) => Array.from({ length: 5 }, () => cache.remember(of, 'k', 5, slow.load)));
    expect(new Set(await Promise.all(asked))).toEqual(new Set(['v']));
    expect(slow.runs).toBe(1);
  });

  it('is not answered once its space is forgotten', async () => {
    const [made, of] = [source(1), space()];
    await open().remember(of, 'k', 5, made.load);
    made.value = 2;
    await open().forget(of);
    expect(await open().remember(of, 'k', 5, made.load)).toBe(2);
  });

  it('is not kept when its space was forgotten while it was loaded', async () => {
    const [slow, of, cache] = [source('before', 150), space(), open()];
    const reading = cache.remember(of, 'k', 5, slow.load);
    await expect.poll(() => slow.runs).toBe(1);
    slow.value = 'after';
    await cache.forget(of);
    expect(await cache.remember(of, 'k', 5, slow.load)).toBe('after');
    expect(await reading).toBe('before');
    expect(await cache.remember(of, 'k', 5, slow.load)).toBe('after');
  });

  it('lives no longer than its seconds', async () => {
    const [made, of] = [source(1), space()];
    await open().remember(of, 'k', 0.2, made.load);
    made.value = 2;
    await expect.poll(() => open().remember(of, 'k', 0.2, made.load)).toBe(2);
  });

  it('whose loader failed is loaded by the next', async () => {
    const [made, of] = [source(1), space()];
    await expect(open().remember(of, 'k', 5, () => Promise.reject(new RangeError('no')))).rejects.toThrow(RangeError);
    expect(await open().remember(of, 'k', 5, made.load)).toBe(1);
  });
});

describe('without Redis', () => {
  it('that refuses, every reader loads and no forgetting fails', async () => {
    const [made, cache] = [source(1), open('http://127.0.0.1:9')];
    const of = space();
    expect(await Promise.all([1, 2].map(() => cache.remember(of, 'k', 5, made.load)))).toEqual([1, 1]);
    expect(made.runs).toBe(2);
    await cache.forget(of);
  });

  it('that stalls, one reader finds out and the next ones do not ask', async () => {
    let asked = 0;
    const stalled: Requester = {
      request: () => {
        asked += 1;
        return new Promise<never>(() => undefined);
      },
    };
    const [made, cache, of] = [source(1), redisCache(new Redis(stalled), stage), space()];
    for (let n = 0; n < 5; n += 1) expect(await cache.remember(of, 'k', 5, made.load)).toBe(1);
    expect(asked).toBe(1);
  });
});

describe('the report line', () => {
  it('says how often the cache was hit, missed and passed over', async () => {
    const learned: Record<string, unknown> = {};
    const log = { set: (fields: object) => void Object.assign(learned, fields), warn: () => undefined };
    const of = space();
    await correlated({ requestId: 'r', log }, async () => {
      await open().remember(of, 'k', 5, source(1).load);
      await open().remember(of, 'k', 5, source(1).load);
      await open().remember(of, 'k', 5, source(1).load);
      await open('http://127.0.0.1:9').remember(of, 'k', 5, source(1).load);
    });
    expect(learned).toEqual({ cache_hits: 2, cache_misses: 1, cache_skipped: 1 });
  });
});
