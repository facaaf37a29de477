import { setTimeout as sleep } from 'node:timers/promises';
import type { Redis } from '@upstash/redis';
import type { Cache } from '../../kernel/cache.ts';
import { currentCorrelation } from '../../kernel/log/correlation.ts';
import { newId } from '../../kernel/ids.ts';
import type { Log } from '../../kernel/log/log.ts';
import { circuitBreaker, withDeadline } from './circuit-breaker.ts';

/** Redis must answer within this, or the reader goes on without it. */
export const deadlineMs = 150;
/** Whoever loads is believed to be at it for this long, and others wait for it this long. */
const loadingMs = 3000;
const waitMs = 1500;
const pollMs = 30;
/** Larger values are not worth their transport. */
const maxBytes = 256 * 1024;
/** A generation outlives every value that was kept under one before it. */
const generationSeconds = 3600;

// What is kept is its generation, a space, and JSON. The `=` keeps the client from parsing the answer.
const lookUp = `
local generation = redis.call('GET', KEYS[1]) or ''
local kept = redis.call('GET', KEYS[2])
local tag = generation .. ' '
if kept and string.sub(kept, 1, #tag) == tag then return { 'kept', '=' .. string.sub(kept, #tag + 1) } end
local first = redis.call('SET', KEYS[3], '1', 'NX', 'PX', ARGV[1])
return { first and 'load' or 'wait', '=' .. generation }`;

type Found = readonly [state: 'kept' | 'load' | 'wait', text: string];

/** Each space has a generation; to forget the space is to give it another one. One round trip for a look-up, one for keeping. */
export function redisCache(redis: Redis, stage: string, withinMs: number = deadlineMs): Cache {
  const loading = new Map<string, Promise<unknown>>();
  const ask = circuitBreaker(withinMs);

  async function load<T>(names: Names, generation: string, seconds: number, make: () => Promise<T>): Promise<T> {
    try {
      const value = await make();
      const text = `${generation} ${JSON.stringify(value)}`;
      const keep = redis.multi().del(names.lock);
      if (Buffer.byteLength(text) <= maxBytes) keep.set(names.value, text, { px: Math.round(seconds * 1000) });
      await ask(() => keep.exec());
      return value;
    } catch (error) {
      await ask(() => redis.del(names.lock));
      throw error;
    }
  }

  return {
    async remember<T>(space: string, key: string, seconds: number, make: () => Promise<T>): Promise<T> {
      const names = namesOf(stage, space, key);
      const deadline = performance.now() + waitMs;
      do {
        const found = await ask(() =>
          redis.eval<string[], Found>(lookUp, [names.generation, names.value, names.lock], [String(loadingMs)]),
        );
        if (found === undefined) break;
        const [state, text] = found;
        if (state === 'kept') {
          count('cache_hits');
          return JSON.parse(text.slice(1)) as T;
        }
        const generation = text.slice(1);
        const flight = `${names.value} ${generation}`;
        if (state === 'load') {
          count('cache_misses');
          const made = load(names, generation, seconds, make).finally(() => loading.delete(flight));
          loading.set(flight, made);
          return made;
        }
        const under = loading.get(flight) as Promise<T> | undefined;
        if (under) {
          count('cache_hits');
          return under;
        }
        await sleep(pollMs);
      } while (performance.now() < deadline);
      count('cache_skipped');
      return make();
    },

    async forget(space) {
      try {
        await withDeadline(
          deadlineMs,
          redis.set(namesOf(stage, space, '').generation, newId(), { ex: generationSeconds }),
        );
      } catch (error) {
        currentCorrelation()?.log.warn('What is cached could not be forgotten; it lives out its seconds.', {
          space,
          error,
        });
      }
    },
  };
}

interface Names {
  readonly generation: string;
  readonly value: string;
  readonly lock: string;
}

function namesOf(stage: string, space: string, key: string): Names {
  const base = `mcp-${stage}:cache:${space}`;
  return { generation: base, value: `${base}:${key}`, lock: `${base}:${key}:loading` };
}

type Tally = Record<'cache_hits' | 'cache_misses' | 'cache_skipped', number>;
const tallies = new WeakMap<Log, Tally>();

/** Adds to what the request's report line says of the cache. */
function count(what: keyof Tally): void {
  const log = currentCorrelation()?.log;
  if (!log) return;
  const tally = tallies.get(log) ?? { cache_hits: 0, cache_misses: 0, cache_skipped: 0 };
  tally[what] += 1;
  tallies.set(log, tally);
  log.set(tally);
}
