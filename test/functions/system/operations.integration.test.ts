import { beforeAll, describe, expect, it } from 'vitest';
import { discover, ofKind } from '../../../infra/discover.ts';
import { schedules } from '../../../lib/system/show-operations.ts';
import { workerQueues } from '../../../lib/tasks/ports.ts';
import { type App, type SignedUp, startApp } from '../../harness.ts';

let app: App;
let admin: SignedUp;
let user: SignedUp;
beforeAll(async () => {
  app = await startApp();
  [admin, user] = await Promise.all([app.enterAdmin(), app.signUp()]);
});

describe('/health?verbose', () => {
  it('is for admins; without it everybody hears how the stores are', async () => {
    expect((await app.call('GET', '/health')).status).toBe(200);
    expect((await app.call('GET', '/health?verbose=true')).status).toBe(401);
    expect((await app.call('GET', '/health?verbose=true', { token: user.token })).status).toBe(403);
    expect((await app.call('GET', '/health?verbose=perhaps', { token: admin.token })).status).toBe(422);
  });

  it('says of each schedule how its last run ended, and how queues and index are', async () => {
    await app.invoke('sweep-tasks', { id: 'run-1', time: new Date().toISOString() });
    await expect
      .poll(async () => {
        const { body } = await app.call('GET', '/health?verbose', { token: admin.token });
        return (body['schedules'] as Record<string, { outcome: string | null }>)['sweep-tasks']?.outcome;
      })
      .toBe('completed');
    const { body } = await app.call('GET', '/health?verbose', { token: admin.token });
    expect(Object.keys(body['queues'] as object).toSorted()).toEqual([...workerQueues].toSorted());
    expect(body['knowledge_index']).toMatchObject({ segments: 0, passages: 0 });
  });

  it('names every schedule and every queue that there is', async () => {
    const functions = await discover();
    expect(schedules).toEqual(
      Object.fromEntries(ofKind(functions, 'schedule').map(({ id, declaration }) => [id, declaration.everyMinutes])),
    );
    expect([...workerQueues].toSorted()).toEqual(
      ofKind(functions, 'worker')
        .map(({ declaration }) => declaration.queue)
        .toSorted(),
    );
  });
});

describe('the queues', () => {
  it('are for admins to see and to redrive', async () => {
    expect((await app.call('GET', '/api/v1/queues', { token: user.token })).status).toBe(403);
    const { body } = await app.call('GET', '/api/v1/queues', { token: admin.token });
    expect((body['queues'] as { queue: string }[]).map(({ queue }) => queue)).toContain('analysis');
    const sent = await app.call('POST', '/api/v1/queues/analysis/redrive', { token: admin.token });
    expect([sent.status, sent.body]).toEqual([200, { sent: 0, reopened: 0 }]);
    expect((await app.call('POST', '/api/v1/queues/nonsense/redrive', { token: admin.token })).status).toBe(422);
  });
});
