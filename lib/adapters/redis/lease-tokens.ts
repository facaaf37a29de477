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
 * So a process never counts more ahead than the caller has just used here, and a limit is reached at most 1 % early for each process.
 */
export function leasingLimiter(count: CountMany, now: () => number = () => performance.now()): Limiter {
  const leases = createLRU<string, Lease>({ max: maxCallers });
  const asking = new Set<string>();
  return {
    async count(key, limit) {
      const name = `${key} ${limit.requests}/${limit.windowSeconds}`;
      const lease = leases.get(name);
      const isCurrent = lease !== undefined && now() < lease.endsAt;
      if (isCurrent && lease.left > 0) {
        lease.left -= 1;
        return { ...lease.state, remaining: lease.state.remaining + lease.left };
      }
      const most = Math.floor(limit.requests * maxShare);
      // One at a time counts ahead, whoever else comes meanwhile counts for itself.
      const size = isCurrent && !asking.has(name) ? Math.max(1, Math.min(lease.size * 2, most)) : 1;
      if (size === 1) return keep(name, 1, await count(key, limit, 1));
      asking.add(name);
      try {
        const counted = await count(key, limit, size);
        // There may be room for one where there is none for many.
        return counted?.allowed === false ? await count(key, limit, 1) : keep(name, size, counted);
      } finally {
        asking.delete(name);
      }
    },
  };

  function keep(name: string, size: number, state: LimitState | undefined): LimitState | undefined {
    if (!state?.allowed) {
      leases.delete(name);
      return state;
    }
    const known = leases.get(name);
    if (known !== undefined && known.left > 0) return state;
    leases.set(name, { size, state, left: size - 1, endsAt: now() + Math.min(leaseMs, state.resetSeconds * 1000) });
    return { ...state, remaining: state.remaining + size - 1 };
  }
}
