import { Ratelimit } from '@upstash/ratelimit';
import type { Redis } from '@upstash/redis';
import type { Limit, Limiter } from '../../kernel/http/rate-limit.ts';

/** A request waits at most this long for its count; after that it goes uncounted. */
const patienceMs = 500;

/** Sliding windows in Redis, one counter for each endpoint and caller. */
export function redisLimiter(redis: Redis, stage: string): Limiter {
  const windows = new Map<string, Ratelimit>();
  const windowOf = ({ requests, windowSeconds }: Limit): Ratelimit => {
    const shape = `${requests}/${windowSeconds}`;
    const known = windows.get(shape);
    if (known) return known;
    const made = new Ratelimit({
      redis,
      limiter: Ratelimit.slidingWindow(requests, `${windowSeconds} s`),
      prefix: `mcp-${stage}:limit:${shape}`,
      timeout: patienceMs,
      ephemeralCache: false,
      analytics: false,
    });
    windows.set(shape, made);
    return made;
  };
  return {
    async count(key, limit) {
      try {
        const { success, remaining, reset, reason } = await windowOf(limit).limit(key);
        if (reason === 'timeout') return undefined;
        return {
          allowed: success,
          remaining: Math.max(0, remaining),
          resetSeconds: Math.max(1, Math.ceil((reset - Date.now()) / 1000)),
        };
      } catch {
        // Redis may vanish at any time; the caller reports that the count was skipped.
        return undefined;
      }
    },
  };
}
