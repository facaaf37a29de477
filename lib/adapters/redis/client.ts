import { Redis } from '@upstash/redis';
import type { Probe } from '../../kernel/probe.ts';

interface RedisSettings {
  readonly UPSTASH_REDIS_REST_URL: string;
  readonly UPSTASH_REDIS_REST_TOKEN: string;
}

/** Redis over HTTP: no connection, no retry, because whoever asks it can do without. */
export function openRedis(settings: RedisSettings): Redis {
  return new Redis({
    url: settings.UPSTASH_REDIS_REST_URL,
    token: settings.UPSTASH_REDIS_REST_TOKEN,
    retry: false,
    enableTelemetry: false,
  });
}

export function redisProbe(redis: Redis): Probe {
  return async () => {
    await redis.ping();
  };
}
