import { Redis } from '@upstash/redis';
import type { Probe } from '../../kernel/probe.ts';
import type { SettingsOf } from '../../kernel/settings/settings.ts';

/** Redis over HTTP: no connection, no retry, because whoever asks it can do without. */
export function openRedis({ redis }: SettingsOf<'redis'>): Redis {
  return new Redis({
    url: redis.UPSTASH_REDIS_REST_URL,
    token: redis.UPSTASH_REDIS_REST_TOKEN,
    retry: false,
    enableTelemetry: false,
  });
}

export function redisProbe(redis: Redis): Probe {
  return async () => {
    await redis.ping();
  };
}
