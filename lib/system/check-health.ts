import * as z from 'zod';
import { Timestamp } from '../kernel/ids.ts';
import type { Probe } from '../kernel/probe.ts';
import type { BaseSettings } from '../kernel/settings/settings.ts';

const ServiceHealth = z.object({ status: z.enum(['healthy', 'unhealthy']), response_time_ms: z.number() });

export const Health = z
  .object({
    status: z.enum(['healthy', 'degraded', 'unhealthy']),
    version: z.string(),
    timestamp: Timestamp,
    services: z.record(z.string(), ServiceHealth),
  })
  .meta({ id: 'Health' });
export type Health = z.output<typeof Health>;

/** With the rate limit before it, which waits 500 ms for Redis, an answer takes less than 2 s. */
const deadlineMs = 1200;

/** Without these nobody gets in or gets an answer; without the others something is slower or later. */
const vital = new Set(['mysql', 'dynamodb']);

export interface Probes {
  readonly mysqlProbe: Probe;
  readonly mongoProbe: Probe;
  readonly redisProbe: Probe;
  readonly dynamoProbe: Probe;
  readonly sqsProbe: Probe;
  readonly settings: BaseSettings;
}

/** Asks every store at once. */
export async function checkHealth(services: Probes): Promise<Health> {
  const { mysqlProbe, mongoProbe, redisProbe, dynamoProbe, sqsProbe } = services;
  const probes = { mysql: mysqlProbe, mongodb: mongoProbe, redis: redisProbe, dynamodb: dynamoProbe, sqs: sqsProbe };
  const checked = await Promise.all(
    Object.entries(probes).map(async ([name, probe]) => [name, await ask(probe)] as const),
  );
  const down = checked.filter(([, { status }]) => status === 'unhealthy').map(([name]) => name);
  return {
    status: down.length === 0 ? 'healthy' : down.some((name) => vital.has(name)) ? 'unhealthy' : 'degraded',
    version: services.settings.VERSION,
    timestamp: new Date().toISOString(),
    services: Object.fromEntries(checked),
  };
}

async function ask(probe: Probe): Promise<z.output<typeof ServiceHealth>> {
  const startedAt = performance.now();
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error(`no answer within ${deadlineMs} ms`)), deadlineMs);
  const status = await Promise.race([probe(deadlineMs), late]).then(
    () => 'healthy' as const,
    () => 'unhealthy' as const,
  );
  clearTimeout(timer);
  return { status, response_time_ms: Math.round((performance.now() - startedAt) * 10) / 10 };
}
