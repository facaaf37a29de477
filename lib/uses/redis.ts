import * as z from 'zod';
import type { Cache } from '../kernel/cache.ts';
import type { Limiter } from '../kernel/http/rate-limit.ts';
import { defineUse, type ServicesOfUse } from '../kernel/lambda/uses.ts';
import type { MetricStore } from '../metrics/ports.ts';
import type { Probe } from '../kernel/probe.ts';

interface Services {
  readonly limiter: Limiter;
  readonly cache: Cache;
  readonly metrics: MetricStore;
  readonly redisProbe: Probe;
}

/** What may vanish at any time: cache and counters. */
export const use = defineUse({
  variables: {
    UPSTASH_REDIS_REST_URL: z.url().describe('Upstash REST endpoint.').meta({ secret: 'redis' }),
    UPSTASH_REDIS_REST_TOKEN: z.string().min(1).describe('Its token.').meta({ secret: 'redis' }),
  },
  async build(settings): Promise<Services> {
    const [{ openRedis, redisProbe }, { redisLimiter }, { redisCache }, { redisMetrics }] = await Promise.all([
      import('../adapters/redis/client.ts'),
      import('../adapters/redis/limiter.ts'),
      import('../adapters/redis/cache.ts'),
      import('../adapters/redis/metrics.ts'),
    ]);
    const redis = openRedis(settings);
    const { STAGE } = settings;
    return {
      limiter: redisLimiter(redis, STAGE),
      cache: redisCache(redis, STAGE),
      metrics: redisMetrics(redis, STAGE),
      redisProbe: redisProbe(redis),
    };
  },
});

declare module '../kernel/lambda/uses.ts' {
  interface Provides {
    redis: ServicesOfUse<typeof use>;
  }
}
