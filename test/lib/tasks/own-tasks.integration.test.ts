import { beforeAll, describe, expect, it } from 'vitest';
import { newId } from '../../../lib/kernel/ids.ts';
import { getTask } from '../../../lib/tasks/get-task.ts';
import { listTasks } from '../../../lib/tasks/list-tasks.ts';
import { ListTasks } from '../../../lib/tasks/schema.ts';
import { startJobs } from './start-jobs.ts';

let jobs: Awaited<ReturnType<typeof startJobs>>;
const caller = (role: 'developer' | 'admin') => ({ userId: newId(), role, permissions: ['tasks:read' as const] });
const [ada, bob, admin] = [caller('developer'), caller('developer'), caller('admin')];
let adas = '';
beforeAll(async () => {
  jobs = await startJobs();
  adas = await jobs.submit({}, ada.userId);
  await jobs.submit({}, bob.userId);
});

describe('a task', () => {
  it('is found by its owner and by admins; for everybody else it is not there', async () => {
    expect(await getTask(jobs, ada, adas)).toMatchObject({ task_id: adas });
    expect(await getTask(jobs, admin, adas)).toMatchObject({ task_id: adas });
    await expect(getTask(jobs, bob, adas)).rejects.toMatchObject({ type: 'not-found' });
  });

  it('is listed for its owner and for admins', async () => {
    const totals = await Promise.all([ada, bob, admin].map((who) => listTasks(jobs, who, ListTasks.parse({}))));
    expect(totals.map(({ total }) => total)).toEqual([1, 1, 2]);
    expect(totals[0]?.items).toMatchObject([{ task_id: adas }]);
  });
});
