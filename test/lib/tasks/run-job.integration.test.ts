import { beforeAll, describe, expect, it } from 'vitest';
import { Problem } from '../../../lib/kernel/errors/problem.ts';
import { leaseMs } from '../../../lib/tasks/attempt.ts';
import type { JobDone } from '../../../lib/tasks/run-job.ts';
import { startJobs } from './start-jobs.ts';
import { takesTime } from '../../wait-until.ts';

let jobs: Awaited<ReturnType<typeof startJobs>>;
beforeAll(async () => {
  jobs = await startJobs();
});

const done: JobDone = { result: { $odd: { 'key.s': 1 } }, message: 'Done.' };
const find = async (id: string) => {
  const task = await jobs.tasks.find(id);
  if (!task) throw new Error(`no task ${id}`);
  return task;
};
const fails = (error: unknown) => async (): Promise<JobDone> => {
  throw error;
};

describe('a job', () => {
  it('gets what was submitted and leaves its result, which reads back as it was', async () => {
    const id = await jobs.submit({ n: 1, secret: 'of the caller' });
    expect(jobs.sent.at(-1)).toBe(id);
    expect(JSON.stringify(await jobs.documents.findOne({ _id: id }))).not.toContain('of the caller');
    await jobs.run(id, async ({ input, type }) => {
      expect([input, type]).toEqual([{ n: 1, secret: 'of the caller' }, 'trial']);
      return done;
    });
    expect(await find(id)).toMatchObject({
      status: 'completed',
      progress: 100,
      attempts: 1,
      result: done.result,
      error: undefined,
    });
    expect(await jobs.documents.findOne({ _id: id })).not.toHaveProperty('input');
  });

  it('is written once however often it is submitted under one id', async () => {
    const id = await jobs.submit();
    await jobs.run(id, async () => done);
    const task = {
      id,
      type: 'trial',
      queue: 'analysis',
      ownerId: 'x',
      message: '',
      createdAt: new Date(),
      dueAt: new Date(),
      input: '',
    } as const;
    await jobs.tasks.insert(task);
    expect(await find(id)).toMatchObject({ status: 'completed', attempts: 1 });
  });

  it('is in one pair of hands at a time', async () => {
    const id = await jobs.submit();
    let runs = 0;
    const work = async (): Promise<JobDone> => {
      runs += 1;
      await takesTime(50);
      return done;
    };
    await Promise.all(Array.from({ length: 10 }, () => jobs.run(id, work)));
    expect(runs).toBe(1);
    await jobs.run(id, work);
    expect(runs).toBe(1);
  });

  it('is taken up again when its lease has lapsed, and the first worker can write nothing any more', async () => {
    const id = await jobs.submit();
    await jobs.run(id, async (first) => {
      await jobs.age(id, leaseMs + 1000);
      await jobs.run(id, async () => ({ ...done, message: 'By the second.' }));
      await expect(first.step(50, 'Too late.')).rejects.toThrow('not ours');
      expect(first.signal.aborted).toBe(true);
      return { ...done, message: 'By the first.' };
    });
    expect(await find(id)).toMatchObject({ status: 'completed', message: 'By the second.', attempts: 2 });
  });

  it('tells its progress to the task and to who listens: its owner and admins', async () => {
    const owner = crypto.randomUUID();
    const id = await jobs.submit({}, owner);
    await jobs.run(id, async ({ step }) => {
      await step(40, 'Half way.');
      expect(await find(id)).toMatchObject({ status: 'running', progress: 40, message: 'Half way.' });
      return done;
    });
    const told = jobs.heard.filter(({ data }) => data['task_id'] === id);
    expect(told.map(({ data }) => [data['status'], data['progress']])).toEqual([
      ['running', 40],
      ['completed', 100],
    ]);
    expect(told[0]?.audience).toEqual({ permission: 'tasks:read', user_id: owner });
  });
});

describe('a cancelled job', () => {
  it('never runs when it was pending', async () => {
    const id = await jobs.submit();
    expect(await jobs.tasks.cancel(id, new Date())).toBe(true);
    await jobs.run(id, fails(new Error('must not run')));
    expect(await find(id)).toMatchObject({ status: 'cancelled', attempts: 0 });
  });

  it('stops before its next step when it was running, and is not failed by that', async () => {
    const id = await jobs.submit();
    await jobs.run(id, async ({ step }) => {
      await jobs.tasks.cancel(id, new Date());
      await step(90, 'Not any more.');
      return done;
    });
    expect(await find(id)).toMatchObject({ status: 'cancelled', result: undefined, error: undefined });
    expect(await jobs.tasks.cancel(id, new Date())).toBe(false);
  });

  it('leaves nothing when it is cancelled during its last breath', async () => {
    const id = await jobs.submit();
    await jobs.run(id, async () => {
      await jobs.tasks.cancel(id, new Date());
      return done;
    });
    expect(await find(id)).toMatchObject({ status: 'cancelled', result: undefined });
  });
});

describe('a failing job', () => {
  it('waits for another attempt, and says why', async () => {
    const id = await jobs.submit();
    await expect(jobs.run(id, fails(new Problem('service-unavailable', { detail: 'Away.' })))).rejects.toThrow('Away');
    expect(await find(id)).toMatchObject({
      status: 'pending',
      attempts: 1,
      error: { error_code: 'SERVICE_UNAVAILABLE', detail: 'Away.' },
    });
    await jobs.run(id, async () => done);
    expect(await find(id)).toMatchObject({ status: 'completed', attempts: 2, error: undefined });
  });

  it('ends after five attempts with a reason, and with nothing of the error itself', async () => {
    const id = await jobs.submit();
    for (let attempt = 1; attempt <= 5; attempt += 1)
      await expect(jobs.run(id, fails(new Error('ECONNREFUSED 10.0.0.7')), attempt)).rejects.toThrow('ECONN');
    const { status, error } = await find(id);
    expect(status).toBe('failed');
    expect(error?.detail).toMatch(/^Gave up after 5 attempts\. Something went wrong on our side/);
    expect(error?.detail).not.toContain('10.0.0.7');
    await jobs.run(id, async () => done);
    expect(await find(id)).toMatchObject({ status: 'failed', attempts: 5 });
  });

  it('ends at once when another attempt would end the same way', async () => {
    const id = await jobs.submit();
    await jobs.run(id, fails(new Problem('not-found', { detail: 'The tool is gone.' })));
    expect(await find(id)).toMatchObject({
      status: 'failed',
      attempts: 1,
      error: { error_code: 'NOT_FOUND', detail: 'The tool is gone.' },
    });
  });

  it('whose task is not known is left alone', async () => {
    await expect(jobs.run(crypto.randomUUID(), fails(new Error('must not run')))).resolves.toBeUndefined();
  });
});

it('results are kept for 30 days', async () => {
  const id = await jobs.submit();
  await jobs.run(id, async () => done);
  const { expires_at } = (await jobs.documents.findOne({ _id: id })) as unknown as { expires_at: Date };
  expect(Math.round((expires_at.getTime() - Date.now()) / 86_400_000)).toBe(30);
  const indexes = await jobs.documents.indexes();
  expect(indexes).toContainEqual(expect.objectContaining({ key: { expires_at: 1 }, expireAfterSeconds: 0 }));
});
