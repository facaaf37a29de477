import { Redis, type Requester } from '@upstash/redis';
import type { Probe } from '../../kernel/probe.ts';
import { openPost } from '../http/post.ts';

interface RedisSettings {
  readonly UPSTASH_REDIS_REST_URL: string;
  readonly UPSTASH_REDIS_REST_TOKEN: string;
}

/** Who asks has a shorter deadline of their own; this one gives the connection back. */
const deadlineMs = 5_000;

/** Redis over HTTP: kept connections, no retry, because whoever asks it can do without. */
export function openRedis({ UPSTASH_REDIS_REST_URL: url, UPSTASH_REDIS_REST_TOKEN: token }: RedisSettings): Redis {
  return new Redis(requesterTo(new URL(url), token));
}

/** Upstash's REST API (https://upstash.com/docs/redis/features/restapi) without `fetch`, which takes more time than Redis does. */
function requesterTo(url: URL, token: string): Requester {
  const post = openPost(url);
  const base = url.pathname.replace(/\/$/, '');
  let syncToken = '';
  return {
    // Replicas far away answer after our own writes, not before.
    readYourWrites: true,
    async request({ path = [], body }) {
      const headers = {
        authorization: `Bearer ${token}`,
        'content-type': 'application/json',
        ...(syncToken !== '' && { 'upstash-sync-token': syncToken }),
      };
      const answer = await post([base, ...path].join('/') || '/', headers, JSON.stringify(body), deadlineMs);
      syncToken = answer.headers['upstash-sync-token']?.toString() ?? syncToken;
      const parsed = JSON.parse(answer.text) as { readonly result?: never; readonly error?: string };
      // Redis' own words; what was sent holds keys.
      if (answer.status !== 200) throw new Error(`Redis answered HTTP ${answer.status}: ${parsed.error}`);
      return parsed;
    },
  };
}

export function redisProbe(redis: Redis): Probe {
  return async () => {
    await redis.ping();
  };
}
