import { setTimeout as pause } from 'node:timers/promises';

/*
 * How tests wait. Nothing else in them knows a clock (`test/clocks.test.ts` looks): a busy machine is slow, not wrong, so that a test waits for what it is about, and deadlines
 * are there for what never comes. TEST_PATIENCE multiplies them all.
 */

export const patience = Number(process.env['TEST_PATIENCE'] ?? '2');
const lookMs = 20;

type Seen<T> = Exclude<T, undefined | false>;

/**
 * What `look` sees, once that is anything but false or undefined. Who asks a platform that limits requests looks more seldom.
 * @throws Error that says what did not come about within `ms` times TEST_PATIENCE.
 */
export async function waitUntil<T>(
  what: string,
  look: () => T | Promise<T>,
  ms: number = 100_000,
  everyMs: number = lookMs,
): Promise<Seen<T>> {
  const deadline = performance.now() + ms * patience;
  for (;;) {
    const seen = await look();
    if (seen !== undefined && seen !== false) return seen as Seen<T>;
    if (performance.now() > deadline) throw new Error(`${what}: not within ${(ms * patience) / 1000} s.`);
    await pause(everyMs);
  }
}

/**
 * For what must not happen: looks again and again, for so long.
 * @throws Error as soon as it does not hold any more.
 */
export async function staysTrue(what: string, holds: () => boolean, ms: number): Promise<void> {
  const end = performance.now() + ms;
  do {
    if (!holds()) throw new Error(`${what}: not any more.`);
    await pause(Math.min(lookMs, ms));
  } while (performance.now() < end);
}

/** For what is done at once, where the alternative is to wait for a deadline of the product's own: by so much a busy machine may be late. */
export const lateMs = 15_000;

/** Milliseconds of CPU that some work takes in this thread: other work on the machine hardly counts. */
export function cpuMsOf(work: () => unknown): number {
  const before = process.threadCpuUsage();
  work();
  const { user, system } = process.threadCpuUsage(before);
  return (user + system) / 1000;
}

/** The time that a stand-in takes for its work. No test waits by it. */
export async function takesTime<T>(ms: number, answer?: T): Promise<T> {
  return pause(ms, answer as T);
}
