import * as z from 'zod';
import type { SegmentStore } from '../knowledge/index/ports.ts';
import { librarySpace } from '../knowledge/ports.ts';
import { isAdmin, type Caller } from '../kernel/http/caller.ts';
import { Problem } from '../kernel/errors/problem.ts';
import { Timestamp } from '../kernel/ids.ts';
import type { GaugeStore, MetricStore } from '../metrics/ports.ts';
import { type DeadLetters, jobQueues, type TaskStore, workerQueues } from '../tasks/ports.ts';
import { checkHealth, Health, type Probes } from './check-health.ts';

/** Every schedule, and how many minutes lie between two runs. */
export const schedules = {
  'mark-dead-letters': 1,
  'reconcile-connections': 10,
  'sweep-deployments': 1,
  'sweep-knowledge': 1,
  'sweep-outbox': 1,
  'sweep-tasks': 1,
} as const;

const Run = z.object({
  every_minutes: z.int(),
  last_run_at: Timestamp.nullable().meta({ description: 'null: it has not run since Redis was flushed.' }),
  outcome: z.enum(['completed', 'failed']).nullable(),
  ms: z.number().nullable(),
});
const QueueState = z.object({
  waiting: z.int(),
  in_flight: z.int(),
  dead_letters: z.int(),
  oldest_seconds: z.int().nullable().meta({ description: 'How long the oldest has waited, where that is known.' }),
});

export const HealthReport = Health.extend({
  schedules: z.record(z.string(), Run).optional(),
  queues: z.record(z.string(), QueueState).nullable().optional().meta({ description: 'null: they could not be read.' }),
  knowledge_index: z
    .object({ generation: z.int(), segments: z.int(), passages: z.int(), bytes: z.int() })
    .nullable()
    .optional(),
}).meta({ id: 'HealthReport' });
export type HealthReport = z.output<typeof HealthReport>;

interface Operations extends Probes {
  readonly metrics: MetricStore;
  readonly gauges: GaugeStore;
  readonly tasks: TaskStore;
  readonly deadLetters: DeadLetters;
  readonly segments: SegmentStore;
}

/**
 * Whether the stores answer; `verbose` adds how the schedules, the queues and the index of the knowledge base are, for admins.
 * What cannot be read within the deadline is null: this has to answer while things are broken.
 * @throws Problem `unauthorized`, `forbidden` when somebody else asks for all.
 */
export async function reportHealth(
  services: Operations,
  caller: Caller | undefined,
  verbose: boolean,
): Promise<HealthReport> {
  if (!verbose) return checkHealth(services);
  assertAdmin(caller);
  const [health, runs, queues, index] = await Promise.all([
    checkHealth(services),
    readSchedules(services.metrics),
    within(readQueues(services)),
    within(readIndex(services.segments)),
  ]);
  return { ...health, schedules: runs, queues, knowledge_index: index };
}

function assertAdmin(caller: Caller | undefined): void {
  if (!caller)
    throw new Problem('unauthorized', {
      detail: 'Send the access token or API key of an admin for the verbose report.',
      headers: { 'www-authenticate': 'Bearer' },
    });
  if (!isAdmin(caller)) throw new Problem('forbidden', { detail: 'The verbose report is for admins.' });
}

async function readSchedules(metrics: MetricStore): Promise<NonNullable<HealthReport['schedules']>> {
  const runs = new Map((await metrics.lastRuns())?.map((run) => [run.schedule, run]));
  const entries = Object.entries(schedules).map(([name, every_minutes]) => {
    const run = runs.get(name);
    return [
      name,
      {
        every_minutes,
        last_run_at: run?.at.toISOString() ?? null,
        outcome: run?.outcome ?? null,
        ms: run?.ms ?? null,
      },
    ] as const;
  });
  return Object.fromEntries(entries);
}

async function readQueues({ tasks, deadLetters, gauges }: Operations): Promise<HealthReport['queues']> {
  const [{ oldestOutboxEntry }, depths, ages] = await Promise.all([
    gauges.read(),
    Promise.all(workerQueues.map(async (queue) => [queue, await deadLetters.depths(queue)] as const)),
    Promise.all(jobQueues.map(async (queue) => [queue, await tasks.oldestPending(queue)] as const)),
  ]);
  const oldest = new Map<string, Date | undefined>([...ages, ['relay', oldestOutboxEntry]]);
  return Object.fromEntries(
    depths.map(([queue, depth]) => [queue, { ...depth, oldest_seconds: secondsSince(oldest.get(queue)) }]),
  );
}

async function readIndex(segments: SegmentStore): Promise<HealthReport['knowledge_index']> {
  const { generation, segments: entries } = await segments.manifest(librarySpace);
  const sum = (of: (entry: (typeof entries)[number]) => number): number =>
    entries.reduce((total, entry) => total + of(entry), 0);
  return {
    generation,
    segments: entries.length,
    passages: sum(({ passages }) => passages),
    bytes: sum(({ bytes }) => bytes),
  };
}

function secondsSince(at: Date | undefined): number | null {
  return at ? Math.max(0, Math.round((Date.now() - at.getTime()) / 1000)) : null;
}

const deadlineMs = 1500;

async function within<T>(reading: Promise<T>): Promise<T | null> {
  const { promise: late, resolve } = Promise.withResolvers<null>();
  const timer = setTimeout(() => resolve(null), deadlineMs);
  // A store that is away says so in `services`.
  const read = await Promise.race([reading.catch(() => null), late]);
  clearTimeout(timer);
  return read;
}
