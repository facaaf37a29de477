import { beforeAll, describe, expect, it } from 'vitest';
import type { TaskStore } from '../../lib/tasks/ports.ts';
import { startJobs } from '../lib/tasks/start-jobs.ts';
import { leaseMs } from '../../lib/tasks/attempt.ts';

/* Law: the attempt's number fences. A worker whose lease lapsed can write nothing while the next one still runs, and nobody gives up a task that is alive. */

let jobs: Awaited<ReturnType<typeof startJobs>>;
beforeAll(async () => {
  jobs = await startJobs();
});

const later = (ms = 0): Date => new Date(Date.now() + ms);

/** Two workers claim the same task, the second after the first's lease lapsed; both run. What the first can still write is a breach. */
async function breachesOfFencing(tasks: TaskStore): Promise<string[]> {
  const found: string[] = [];
  const stale: Record<string, (id: string, attempt: number) => Promise<boolean>> = {
    hold: (id, attempt) => tasks.hold(id, attempt, { until: later(leaseMs), progress: 99 }),
    release: (id, attempt) =>
      tasks.release(id, attempt, { message: 'x', error: { error_code: 'X', detail: 'x' }, dueAt: later() }),
    complete: (id, attempt) =>
      tasks.finish(id, attempt, { status: 'completed', message: 'By the first.', result: 1 }, later()),
    fail: (id, attempt) =>
      tasks.finish(id, attempt, { status: 'failed', error: { error_code: 'X', detail: 'x' } }, later()),
  };
  for (const [name, write] of Object.entries(stale)) {
    const id = await jobs.submit();
    const first = await tasks.take(id, { now: later(), until: later(leaseMs) });
    await jobs.age(id, leaseMs + 1000);
    const second = await tasks.take(id, { now: later(), until: later(leaseMs) });
    if (first?.attempts !== 1 || second?.attempts !== 2)
      found.push(`${name}: the second worker got no attempt of its own`);
    if (await write(id, 1)) found.push(`${name}: the first worker wrote`);
    const task = await tasks.find(id);
    if (task?.status !== 'running' || task.attempts !== 2 || task.progress !== 0)
      found.push(`${name}: the task of the second worker was changed`);
  }
  return found;
}

async function breachesOfGivingUp(giveUp: TaskStore['giveUp']): Promise<string[]> {
  const found: string[] = [];
  const id = await jobs.submit();
  await jobs.tasks.take(id, { now: later(), until: later(leaseMs) });
  const error = { error_code: 'X', detail: 'x' };
  if (await giveUp(id, error, later())) found.push('A task whose lease is alive was given up.');
  const lapsed = await jobs.submit();
  await jobs.tasks.take(lapsed, { now: later(), until: later(leaseMs) });
  await jobs.age(lapsed, leaseMs + 1000);
  if (!(await giveUp(lapsed, error, later()))) found.push('A task whose lease lapsed was not given up.');
  return found;
}

describe('a lease', () => {
  it('keeps every other worker out while it is alive', async () => {
    const id = await jobs.submit();
    expect(await jobs.tasks.take(id, { now: later(), until: later(leaseMs) })).toMatchObject({ attempts: 1 });
    expect(await jobs.tasks.take(id, { now: later(), until: later(leaseMs) })).toBeUndefined();
    expect(await jobs.tasks.find(id)).toMatchObject({ attempts: 1 });
  });

  it('fences off the worker that lost it, while the next one still runs', async () => {
    expect(await breachesOfFencing(jobs.tasks)).toEqual([]);
  });

  it('is caught when the number of the attempt is not looked at', async () => {
    const { tasks } = jobs;
    const present = async (id: string): Promise<number> => (await tasks.find(id))?.attempts ?? 0;
    const unfenced: TaskStore = {
      ...tasks,
      hold: async (id, _attempt, change) => tasks.hold(id, await present(id), change),
      release: async (id, _attempt, change) => tasks.release(id, await present(id), change),
      finish: async (id, _attempt, end, at) => tasks.finish(id, await present(id), end, at),
    };
    expect(await breachesOfFencing(unfenced)).toEqual(
      expect.arrayContaining(['hold', 'release', 'complete', 'fail'].map((name) => `${name}: the first worker wrote`)),
    );
  });

  it('that is alive keeps its task from being given up', async () => {
    expect(await breachesOfGivingUp(jobs.tasks.giveUp)).toEqual([]);
  });

  it('is caught when giving up does not look at it', async () => {
    const careless: TaskStore['giveUp'] = async (id, error, at) => {
      await jobs.age(id, 2 * leaseMs);
      return jobs.tasks.giveUp(id, error, at);
    };
    expect(await breachesOfGivingUp(careless)).toEqual(['A task whose lease is alive was given up.']);
  });

  it('keeps two running workers apart: what the second writes counts', async () => {
    const id = await jobs.submit();
    const [started, secondRuns, firstEnded] = [0, 0, 0].map(() => Promise.withResolvers<void>());
    const first = jobs.run(id, async () => {
      started?.resolve();
      await secondRuns?.promise;
      return { result: 1, message: 'By the first.' };
    });
    await started?.promise;
    await jobs.age(id, leaseMs + 1000);
    const second = jobs.run(id, async () => {
      secondRuns?.resolve();
      await first.catch(() => undefined);
      expect(await jobs.tasks.find(id)).toMatchObject({ status: 'running', attempts: 2 });
      firstEnded?.resolve();
      return { result: 2, message: 'By the second.' };
    });
    await firstEnded?.promise;
    await second;
    expect(await jobs.tasks.find(id)).toMatchObject({ status: 'completed', message: 'By the second.' });
  });
});
