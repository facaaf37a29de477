import { randomUUID } from 'node:crypto';
import { beforeAll, expect, it } from 'vitest';
import { scheduledEvent } from '../../../infra/local/gateway/clock.ts';
import { currentRuntime } from '../../../lib/kernel/lambda/runtime.ts';
import { type App, type SignedUp, startApp } from '../../harness.ts';
import { deployed, untilStatus } from './deploy.ts';
import { waitUntil } from '../../wait-until.ts';

/* What nobody told the platform, its schedule finds. */

let app: App;
let owner: SignedUp;
beforeAll(async () => {
  app = await startApp({ env: { RATE_LIMIT_SCALE: '1000' } });
  owner = await app.signUp();
});

const services = () => currentRuntime().services(['mysql', 'containers']);
const sweep = (secondsAhead = 0) =>
  app.invoke('sweep-deployments', scheduledEvent('sweep-deployments', new Date(Date.now() + secondsAhead * 1000)));

async function replicaOf(id: string) {
  const { deployments } = await services();
  const alive = (await deployments.replicasOf(id)).find(({ endedAt }) => endedAt === undefined);
  if (!alive) throw new Error(`${id} has no replica`);
  return alive;
}

/** A task's status as soon as it is stopped. */
async function endOf(taskId: string): Promise<string | undefined> {
  const { containers } = await services();
  return waitUntil('the end of the task', async () => {
    const [task] = await containers.describe([taskId]);
    return task?.status === 'stopped' && task.status;
  });
}

it('stops a task that no deployment wants', async () => {
  const { containers } = await services();
  const environment = { PLATFORM_URL: app.url, BOOTSTRAP_TOKEN: 'mcp_bt_of-nobody' };
  const { id } = await containers.start({ clientToken: randomUUID(), startedBy: randomUUID(), environment });
  await sweep();
  expect(await endOf(id)).toBe('stopped');
});

it('replaces a replica whose runner fell silent, and stops its task', async () => {
  const { id } = await deployed(app, owner.token);
  const before = await replicaOf(id);
  await sweep(40);
  expect((await replicaOf(id)).id).toBe(before.id);
  await sweep(100);
  await untilStatus(app, owner.token, id, ['running']);
  const { deployments } = await services();
  const ended = (await deployments.replicasOf(id)).find((each) => each.id === before.id);
  expect(ended).toMatchObject({ lastError: { reason: 'The task fell silent' } });
  // The one that fell silent ends while the other runs already.
  await expect.poll(async () => (await replicaOf(id)).id).not.toBe(before.id);
  expect(await endOf(before.taskId ?? '')).toBe('stopped');
});

it('replaces a replica whose task has gone without a word', async () => {
  const { id } = await deployed(app, owner.token);
  const { deployments } = await services();
  const before = await replicaOf(id);
  await deployments.change({ replicaId: before.id }, (state) => ({
    state: { ...state, replicas: state.replicas.map((each) => ({ ...each, taskId: 'a'.repeat(32) })) },
    outbox: [],
  }));
  await sweep(20);
  await untilStatus(app, owner.token, id, ['running']);
  const ended = (await deployments.replicasOf(id)).find((each) => each.id === before.id);
  expect(ended).toMatchObject({ state: 'lost', lastError: { reason: 'The task is gone' } });
});

it('lets no bootstrap token be used twice', async () => {
  const { id } = await deployed(app, owner.token);
  const { deployments } = await services();
  const replica = await replicaOf(id);
  expect(replica.nonce).toEqual(expect.any(String));
  const redeem = (token: string, nonce: string) =>
    app.call('POST', '/internal/v1/runners/redeem', { json: { token, nonce } });
  expect((await redeem('mcp_bt_made-up', 'a'.repeat(20))).status).toBe(401);
  const { encryptor } = await currentRuntime().services(['secrets']);
  const { bootstrap } = JSON.parse(await encryptor.decrypt(replica.credentials, `replica:${replica.id}`)) as {
    bootstrap: string;
  };
  expect((await redeem(bootstrap, 'somebody-elses-nonce')).status).toBe(401);
  const again = await redeem(bootstrap, replica.nonce ?? '');
  expect([again.status, again.body['replica_id']]).toEqual([200, replica.id]);
  await app.call('DELETE', `/api/v1/deployments/${id}`, { token: owner.token });
  expect((await redeem(bootstrap, replica.nonce ?? '')).status).toBe(401);
  expect(await deployments.byBootstrap('0'.repeat(64))).toBeUndefined();
});
