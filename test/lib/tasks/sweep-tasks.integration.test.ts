import { beforeAll, describe, expect, it } from 'vitest';
import { leaseMs } from '../../../lib/tasks/attempt.ts';
import { sweepTasks } from '../../../lib/tasks/sweep-tasks.ts';
import { startJobs } from './start-jobs.ts';

let jobs: Awaited<ReturnType<typeof startJobs>>;
beforeAll(async () => {
  jobs = await startJobs();
});

const minute = 60_000;
const sweep = (inMs = 0) => sweepTasks(jobs, new Date(Date.now() + inMs));
const sentOf = (id: string) => jobs.sent.filter((sent) => sent === id).length;
const work = async () => ({ result: 1, message: 'Done.' });
const findStatus = async (id: string) => (await jobs.tasks.find(id))?.status;

describe('the sweeper', () => {
  it('sends what was lost again, each time after a longer pause', async () => {
    const id = await jobs.submit();
    const counts: number[] = [];
    for (const minutes of [0.5, 1.1, 1.2, 3.2, 3.3, 7.3, 15.4, 31.5]) {
      await sweep(minutes * minute);
      counts.push(sentOf(id) - 1);
    }
    expect(counts).toEqual([0, 1, 1, 2, 2, 3, 4, 5]);
    await jobs.run(id, work);
    await sweep(600 * minute);
    expect(sentOf(id)).toBe(6);
  });

  it('leaves a task alone whose worker is alive', async () => {
    const id = await jobs.submit();
    await jobs.run(id, async () => {
      const before = sentOf(id);
      await sweep(leaseMs / 2);
      expect(sentOf(id)).toBe(before);
      return work();
    });
  });

  it("sends a task again when its worker's lease has lapsed", async () => {
    const id = await jobs.submit();
    await jobs.tasks.take(id, { now: new Date(), until: new Date(Date.now() + leaseMs) });
    await sweep(leaseMs + 1);
    expect(sentOf(id)).toBe(2);
    await jobs.age(id, leaseMs + 1);
    await jobs.run(id, work);
    expect(await findStatus(id)).toBe('completed');
  });

  it('gives up a task whose workers died five times, with a reason', async () => {
    const id = await jobs.submit();
    for (let attempt = 0; attempt < 5; attempt += 1) {
      await jobs.tasks.take(id, { now: new Date(), until: new Date(Date.now() + leaseMs) });
      await jobs.age(id, leaseMs + 1);
    }
    await sweep(1);
    expect(await jobs.tasks.find(id)).toMatchObject({ status: 'failed', error: { error_code: 'JOB_LOST' } });
  });

  it('gives up a task that nobody took up for a day', async () => {
    const id = await jobs.submit();
    await sweep(24 * 60 * minute + minute);
    expect(await jobs.tasks.find(id)).toMatchObject({ status: 'failed', error: { error_code: 'JOB_NOT_STARTED' } });
  });

  it('sends each task once when several sweep at the same moment', async () => {
    const ids = await Promise.all(Array.from({ length: 20 }, () => jobs.submit()));
    await Promise.all(Array.from({ length: 4 }, () => sweep(2 * minute)));
    expect(ids.map(sentOf)).toEqual(Array(20).fill(2));
  });
});
