import { describe, expect, it } from 'vitest';
import { leasingLimiter } from '../../../../lib/adapters/redis/lease-tokens.ts';
import type { Limit } from '../../../../lib/kernel/http/rate-limit.ts';

/** A window without an end, as Redis counts it; `trips` are what it was asked. */
function counting() {
  const trips: number[] = [];
  let used = 0;
  let now = 0;
  let isAway = false;
  const limiter = leasingLimiter(
    async (_key, { requests }, wanted) => {
      if (isAway) return undefined;
      trips.push(wanted);
      used += wanted;
      return { allowed: used <= requests, remaining: Math.max(0, requests - used), resetSeconds: 60 };
    },
    () => now,
  );
  return {
    trips,
    used: () => used,
    goAway: () => void (isAway = true),
    pass: (ms: number) => void (now += ms),
    call: (limit: Limit) => limiter.count('caller', limit),
  };
}
const perMinute = (requests: number): Limit => ({ requests, windowSeconds: 60 });

describe('tokens that are counted ahead', () => {
  it('spare a busy caller most trips, and count every request', async () => {
    const { call, trips, used } = counting();
    for (let calls = 0; calls < 1_000; calls += 1) expect((await call(perMinute(60_000)))?.allowed).toBe(true);
    expect(trips.length).toBeLessThan(12);
    expect(used()).toBeGreaterThanOrEqual(1_000);
    expect(used()).toBeLessThanOrEqual(1_600);
  });

  it('are no more than a hundredth of the limit, and none of a small one', async () => {
    const large = counting();
    for (let calls = 0; calls < 100; calls += 1) await large.call(perMinute(600));
    expect(Math.max(...large.trips)).toBe(6);
    const small = counting();
    for (let calls = 0; calls < 100; calls += 1) await small.call(perMinute(120));
    expect(small.trips).toEqual(Array.from({ length: 100 }, () => 1));
  });

  it('do not let one request more pass than the limit says', async () => {
    const { call } = counting();
    let passed = 0;
    for (let calls = 0; calls < 2_000; calls += 1) if ((await call(perMinute(1_000)))?.allowed) passed += 1;
    expect(passed).toBeLessThanOrEqual(1_000);
    expect(passed).toBeGreaterThanOrEqual(980);
  });

  it('say how many requests are left, one by one', async () => {
    const { call } = counting();
    const left: number[] = [];
    for (let calls = 0; calls < 20; calls += 1) left.push((await call(perMinute(1_000)))?.remaining ?? -1);
    expect(left).toEqual(Array.from({ length: 20 }, (_, index) => 999 - index));
  });

  it('are given back to nobody who calls seldom', async () => {
    const { call, trips, pass } = counting();
    for (let calls = 0; calls < 20; calls += 1) {
      await call(perMinute(60_000));
      pass(1_100);
    }
    expect(new Set(trips)).toEqual(new Set([1]));
  });

  it('spare trips also to many who call at once, and again after a pause', async () => {
    const { call, trips, pass } = counting();
    const callOften = async () => {
      for (let calls = 0; calls < 100; calls += 1) await call(perMinute(60_000));
    };
    await Promise.all(Array.from({ length: 10 }, callOften));
    expect(trips.length).toBeLessThan(40);
    const before = trips.length;
    pass(1_100);
    await Promise.all(Array.from({ length: 10 }, callOften));
    expect(trips.length - before).toBeLessThan(40);
  });

  it('end with Redis', async () => {
    const { call, goAway } = counting();
    await call(perMinute(60_000));
    goAway();
    expect(await call(perMinute(60_000))).toBeUndefined();
  });
});
