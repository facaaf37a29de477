import type { Redis } from '@upstash/redis';
import { withDeadline } from './circuit-breaker.ts';
import type { MetricStore, ScheduleRun, Series } from '../../metrics/ports.ts';

/** Groups of capped series that are kept apart. */
const maxGroups = 500;
const readMs = 1500;
/** A batch is not delivered again after this. */
const seenSeconds = 86_400;

// One command for a batch: counted once, or not at all. ARGV: now, seconds, cap, then group, field, overflow and amount of each increment.
const addOnce = `
if not redis.call('SET', KEYS[2], '1', 'NX', 'EX', ARGV[2]) then return 0 end
redis.call('HSETNX', KEYS[1], 'since', ARGV[1])
for i = 4, #ARGV, 4 do
  local field = ARGV[i + 1]
  if ARGV[i] ~= '' and redis.call('SISMEMBER', KEYS[3], ARGV[i]) == 0 then
    if redis.call('SCARD', KEYS[3]) < tonumber(ARGV[3]) then redis.call('SADD', KEYS[3], ARGV[i]) else field = ARGV[i + 2] end
  end
  redis.call('HINCRBY', KEYS[1], field, ARGV[i + 3])
end
return 1`;

/** Counters in one hash: its fields are the series as JSON. */
export function redisMetrics(redis: Redis, stage: string): MetricStore {
  const counters = `mcp-${stage}:metrics`;
  const schedules = `mcp-${stage}:schedules`;
  return {
    async add(batchId, increments) {
      const parts = increments.flatMap(({ series, by, capped }) => [
        capped?.group ?? '',
        JSON.stringify(series),
        capped ? JSON.stringify(capped.overflow) : '',
        String(by),
      ]);
      await redis.eval(
        addOnce,
        [counters, `${counters}:batch:${batchId}`, `${counters}:groups`],
        [String(Date.now()), String(seenSeconds), String(maxGroups), ...parts],
      );
    },

    async keepRuns(runs) {
      const fields = runs.map(
        ({ schedule, at, outcome, ms }) => [schedule, `${at.getTime()} ${outcome} ${ms}`] as const,
      );
      await redis.hset(schedules, Object.fromEntries(fields));
    },

    async lastRuns() {
      try {
        const found = await withDeadline(readMs, redis.hgetall<Record<string, string>>(schedules));
        return Object.entries(found ?? {}).map(([schedule, text]) => runOf(schedule, text));
      } catch {
        // Redis may vanish at any time; what it knew is then unknown.
        return undefined;
      }
    },

    async read() {
      try {
        const found = await withDeadline(readMs, redis.hgetall<Record<string, number | string>>(counters));
        const { since, ...values } = found ?? {};
        return {
          since: since === undefined ? undefined : new Date(Number(since)),
          values: Object.entries(values).map(([field, value]) => [JSON.parse(field) as Series, Number(value)] as const),
        };
      } catch {
        // Redis may vanish at any time; the gauge mcp_metrics_store_up says so.
        return undefined;
      }
    },
  };
}

function runOf(schedule: string, text: string): ScheduleRun {
  const [at, outcome, ms] = text.split(' ');
  return {
    schedule,
    at: new Date(Number(at)),
    outcome: outcome === 'failed' ? 'failed' : 'completed',
    ms: Number(ms),
  };
}
