import { Redis, type RedisConfigNodejs } from '@upstash/redis';
import { startRedis, type RedisService } from '../../../infra/local/stores/redis.ts';
import { cache, temporaryState } from '../../infra/local/temporary-state.ts';

/**
 * The Redis that the contract is checked against: the local one, or Upstash itself where
 * `UPSTASH_REDIS_REST_URL` and `UPSTASH_REDIS_REST_TOKEN` name a database (its keys under `prefix` alone are touched).
 */
export async function startContract() {
  const { state, remove } = temporaryState();
  const service: RedisService = await startRedis({ state, cache, env: process.env });
  return {
    prefix: `contract:${crypto.randomUUID()}:`,
    client: (more: Partial<RedisConfigNodejs> = {}) => new Redis({ url: service.url, token: service.token, ...more }),
    stop: async () => {
      await service.stop();
      remove();
    },
  };
}
