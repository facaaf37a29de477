import { setTimeout as sleep } from 'node:timers/promises';
import { Problem } from '../kernel/errors/problem.ts';
import type { Count, LockStore, OpenConnections, Prices } from './ports.ts';

/** What each person may have, and all together: the defaults of `QUOTAS` and `QUOTAS_TOTAL`. */
export const defaultQuotas = {
  tools: { person: 500, total: 50_000, what: 'tools' },
  versions: { person: 1000, total: 1000, what: 'versions of one tool' },
  deployments: { person: 20, total: 200, what: 'deployments that are not stopped' },
  replicas: { person: 40, total: 400, what: 'replicas of deployments' },
  api_keys: { person: 50, total: 20_000, what: 'API keys in force' },
  streams: { person: 20, total: 500, what: 'event streams open at once' },
  sockets: { person: 20, total: 1000, what: 'WebSockets open at once' },
  frames_per_minute: { person: 120, total: 60_000, what: 'frames a minute' },
  connections: { person: 100, total: 10_000, what: 'connected repositories' },
  tasks: { person: 100, total: 5000, what: 'tasks that are not over' },
  knowledge_bytes: { person: 100_000_000, total: 10_000_000_000, what: 'bytes of documents' },
  cost_per_day: { person: 25, total: 250, what: 'US dollars of running servers a UTC day' },
} as const;

export type QuotaName = keyof typeof defaultQuotas;
export const quotaNames = Object.keys(defaultQuotas) as QuotaName[];

interface Quota {
  readonly person: number;
  readonly total: number;
}

interface Consumption {
  readonly name: QuotaName;
  readonly userId: string;
  /** Default 1. */
  readonly adding?: number;
  readonly count: () => Promise<Count>;
}

export interface Quotas {
  readonly limits: Readonly<Record<QuotaName, Quota>>;
  readonly prices: Prices;
  readonly open: OpenConnections;
  /** @throws Problem `quota-exceeded` when what is there and what comes to it is more than the quota. */
  assert(name: QuotaName, counted: Count, adding?: number): void;
  /**
   * Does something that uses a quota up. One after the other for each person and quota, so that many requests at once do not all see the same room.
   * @throws Problem `quota-exceeded`; `service-unavailable` when others of the same person are at it for longer than 15 s.
   */
  within<T>(consumption: Consumption, work: () => Promise<T>): Promise<T>;
}

/** Who comes after a process that died waits this long at most. Work that takes longer may meet another's: then a quota is passed by one, not by many. */
const leaseMs = 3000;
const longestWaitMs = 15_000;
const pauseMs = { first: 40, longest: 500 };

export function createQuotas({
  locks,
  open,
  prices,
  person,
  total,
}: {
  readonly locks: LockStore;
  readonly open: OpenConnections;
  readonly prices: Prices;
  readonly person: Partial<Record<QuotaName, number>>;
  readonly total: Partial<Record<QuotaName, number>>;
}): Quotas {
  const limitOf = (name: QuotaName): Quota => ({
    person: person[name] ?? defaultQuotas[name].person,
    total: total[name] ?? defaultQuotas[name].total,
  });
  const limits = Object.fromEntries(quotaNames.map((name) => [name, limitOf(name)])) as Record<QuotaName, Quota>;
  const assert: Quotas['assert'] = (name, counted, adding = 1) => {
    const limit = limits[name];
    if (counted.person + adding > limit.person) throw exceeded(name, limit.person, counted.person, 'person');
    if (counted.total + adding > limit.total) throw exceeded(name, limit.total, counted.total, 'installation');
  };
  return {
    limits,
    prices,
    open,
    assert,
    async within({ name, userId, adding, count }, work) {
      const key = `quota:${name}:${userId}`;
      return inTurn(key, async () => {
        const token = await acquireInTime(() => locks.acquire(key, leaseMs));
        try {
          assert(name, await count(), adding);
          return await work();
        } finally {
          await locks.release(key, token);
        }
      });
    },
  };
}

/** The last one of each key in this process: those of one process stand in line here, and only the first of them asks for the lock. */
const lines = new Map<string, Promise<unknown>>();

function inTurn<T>(key: string, work: () => Promise<T>): Promise<T> {
  const turn = (lines.get(key) ?? Promise.resolve()).then(work, work);
  lines.set(key, turn);
  const leave = (): void => {
    if (lines.get(key) === turn) lines.delete(key);
  };
  turn.then(leave, leave);
  return turn;
}

async function acquireInTime(acquire: () => Promise<string | undefined>): Promise<string> {
  const deadline = Date.now() + longestWaitMs;
  for (let pause = pauseMs.first; ; pause = Math.min(pause * 2, pauseMs.longest)) {
    const token = await acquire();
    if (token !== undefined) return token;
    if (Date.now() > deadline)
      throw new Problem('service-unavailable', {
        detail: 'Too many requests of yours are creating the same kind of thing at once.',
        headers: { 'retry-after': '1' },
      });
    await sleep(pause * (0.5 + Math.random()));
  }
}

function exceeded(name: QuotaName, limit: number, exactly: number, scope: 'person' | 'installation'): Problem {
  // Whole things, or dollars and cents.
  const used = Math.round(exactly * 100) / 100;
  const { what } = defaultQuotas[name];
  const whose = scope === 'person' ? 'You have' : 'This installation has';
  return new Problem('quota-exceeded', {
    detail: `${whose} ${used} of ${limit} ${what}.`,
    extra: { quota: name, limit, used, scope },
  });
}
