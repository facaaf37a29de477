import { createLRU } from 'lru.min';
import type { Limit, Limiter, LimitState } from '../../kernel/http/rate-limit.ts';

/** Counts several requests at once; undefined when Redis is away. */
export type CountMany = (key: string, limit: Limit, requests: number) => Promise<LimitState | undefined>;

/** What was counted ahead is good for so long, and then lost to its caller. */
const leaseMs = 1_000;
/** A process counts at most this share of a limit ahead, so limits below 200 are always counted one by one. */
const maxShare = 0.01;
const maxCallers = 5_000;

interface Lease {
  readonly size: number;
  readonly endsAt: number;
  readonly state: LimitState;
  left: number;
}

/**
 * Spares a busy caller's requests their trip to Redis: who has used up a lease within its second gets one of twice the size, anybody else one request.
 * So a process never counts more ahead than the caller has just used here, and a limit is reached at most 1 % early for each process. What comes while a
 * lease is asked for waits for it, and counts for itself where it was too small.
 */
export function leasingLimiter(count: CountMany, now: () => number = () => performance.now()): Limiter {
  const leases = createLRU<string, Lease>({ max: maxCallers });
  const asking = new Map<string, Promise<LimitState | undefined>>();

  function current(name: string): Lease | undefined {
    const lease = leases.get(name);
    return lease !== undefined && now() < lease.endsAt ? lease : undefined;
  }

  function take(name: string): LimitState | undefined {
    const lease = current(name);
    if (lease === undefined || lease.left === 0) return undefined;
    lease.left -= 1;
    return { ...lease.state, remaining: lease.state.remaining + lease.left };
  }

  function keep(name: string, size: number, state: LimitState): LimitState {
    const known = current(name);
    if (!state.allowed) leases.delete(name);
    if (!state.allowed || (known !== undefined && known.size > size)) return state;
    leases.set(name, { size, state, left: size - 1, endsAt: now() + Math.min(leaseMs, state.resetSeconds * 1000) });
    return { ...state, remaining: state.remaining + size - 1 };
  }

  return {
    async count(key, limit) {
      const name = `${key} ${limit.requests}/${limit.windowSeconds}`;
      const taken = take(name);
      if (taken) return taken;
      const one = async (): Promise<LimitState | undefined> => {
        const state = await count(key, limit, 1);
        return state && keep(name, 1, state);
      };
      const size = Math.min((current(name)?.size ?? 0) * 2, Math.floor(limit.requests * maxShare));
      if (size < 2) return one();
      const asked = asking.get(name);
      if (asked) return (await asked) && (take(name) ?? one());
      const asks = count(key, limit, size).finally(() => asking.delete(name));
      asking.set(name, asks);
      const state = await asks;
      // There may be room for one where there is none for many.
      return state?.allowed === false ? one() : state && keep(name, size, state);
    },
  };
}
