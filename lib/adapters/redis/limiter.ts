import { Ratelimit } from '@upstash/ratelimit';
import type { Redis } from '@upstash/redis';
import type { Limit, Limiter } from '../../kernel/http/rate-limit.ts';
import { circuitBreaker } from './circuit-breaker.ts';
import { leasingLimiter } from './lease-tokens.ts';

/** A request waits at most this long for its count. */
const deadlineMs = 500;

/** Sliding windows in Redis, one counter for each endpoint and caller. A request that Redis keeps waiting goes uncounted. */
export function redisLimiter(redis: Redis, stage: string): Limiter {
  const windows = new Map<string, Ratelimit>();
  const ask = circuitBreaker(deadlineMs);
  const windowOf = ({ requests, windowSeconds }: Limit): Ratelimit => {
    const shape = `${requests}/${windowSeconds}`;
    const known = windows.get(shape);
    if (known) return known;
    const made = new Ratelimit({
      redis,
      limiter: Ratelimit.slidingWindow(requests, `${windowSeconds} s`),
      prefix: `mcp-${stage}:limit:${shape}`,
      // The circuit breaker has the time.
      timeout: 0,
      ephemeralCache: false,
      analytics: false,
    });
    windows.set(shape, made);
    return made;
  };
  return leasingLimiter(async (key, limit, requests) => {
    const counted = await ask(() => windowOf(limit).limit(key, { rate: requests }));
    return (
      counted && {
        allowed: counted.success,
        remaining: Math.max(0, counted.remaining),
        resetSeconds: Math.max(1, Math.ceil((counted.reset - Date.now()) / 1000)),
      }
    );
  });
}
