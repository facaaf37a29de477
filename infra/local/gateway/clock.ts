import { randomUUID } from 'node:crypto';
import type { ScheduledEvent } from 'aws-lambda';
import { type DiscoveredFunction, ofKind } from '../../discover.ts';
import type { Invoke } from './invoke-by-id.ts';
import { type Warn, warnOnStderr } from './warn.ts';

export interface ClockOptions {
  readonly functions: readonly DiscoveredFunction[];
  readonly invoke: Invoke;
  readonly warn?: Warn;
  /** How long a minute takes. Default 60,000 ms. */
  readonly minuteMs?: number;
}

export interface Clock {
  /** Starts no more runs and waits up to 5 s for those under way. */
  stop(): Promise<void>;
}

const stopMs = 5_000;
/** The longest time that a timer can wait. */
const longestMs = 2 ** 31 - 1;

/** EventBridge's schedules: runs each function every so many minutes, first after one interval. A run that is not over when the next is due holds it up. */
export function startClock({ functions, invoke, warn = warnOnStderr, minuteMs = 60_000 }: ClockOptions): Clock {
  const running = new Map<string, Promise<void>>();
  const timers = ofKind(functions, 'schedule').map(({ id, declaration }) =>
    setInterval(
      () => {
        if (running.has(id)) return;
        const run = invoke(id, scheduledEvent(id, new Date())).then(
          () => undefined,
          (error: unknown) => warn(`${id} failed; the next run tries again`, error),
        );
        running.set(
          id,
          run.finally(() => running.delete(id)),
        );
      },
      Math.min(declaration.everyMinutes * minuteMs, longestMs),
    ),
  );
  return {
    stop: async () => {
      for (const timer of timers) clearInterval(timer);
      let deadline: NodeJS.Timeout | undefined;
      const overdue = new Promise((resolve) => (deadline = setTimeout(resolve, stopMs)));
      await Promise.race([Promise.all(running.values()), overdue]);
      clearTimeout(deadline);
    },
  };
}

/** What a schedule hands to its function. */
export function scheduledEvent(id: string, at: Date): ScheduledEvent {
  return {
    version: '0',
    id: randomUUID(),
    'detail-type': 'Scheduled Event',
    source: 'aws.events',
    account: '000000000000',
    time: at.toISOString().replace(/\.\d+Z$/, 'Z'),
    region: 'us-east-1',
    resources: [`arn:aws:events:us-east-1:000000000000:rule/${id}`],
    detail: {},
  };
}
