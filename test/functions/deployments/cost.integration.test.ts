import { randomBytes } from 'node:crypto';
import { beforeAll, expect, it } from 'vitest';
import { type App, type SignedUp, startApp } from '../../harness.ts';
import { createTool, deployed, untilStatus } from './deploy.ts';

/* What servers may cost a day is asked wherever tasks start: by a deployment, a restart, and the call that wakes an idle one. */

const deployments = '/api/v1/deployments';
let app: App;
let owner: SignedUp;
let other: SignedUp;
beforeAll(async () => {
  // One second of a small server is more than a day may cost.
  app = await startApp({ env: { USD_PER_VCPU_HOUR: '100000', QUOTAS: JSON.stringify({ cost_per_day: 1 }) } });
  [owner, other] = await Promise.all([app.signUp(), app.signUp()]);
});

const call = (slug: string, token: string) =>
  app.call('POST', `/mcp/${slug}/v1/tools/echo`, { token, json: { message: 'x' } });

it('lets the first server run, and starts nothing more once the day is paid for', async () => {
  const { tool, id } = await deployed(app, owner.token, { idle_timeout_s: 2, access: 'team' });
  await untilStatus(app, owner.token, id, ['idle'], 30_000);

  const woken = await call(tool.slug, owner.token);
  expect([woken.status, woken.body]).toMatchObject([409, { quota: 'cost_per_day', limit: 1 }]);
  const byOther = await call(tool.slug, other.token);
  expect([byOther.status, byOther.body['quota'], byOther.text]).toEqual([
    409,
    'cost_per_day',
    expect.not.stringMatching(/"used"|"limit"/),
  ]);
  expect((await app.call('POST', `${deployments}/${id}/restart`, { token: owner.token })).status).toBe(409);
  const second = await createTool(app, owner.token);
  expect((await app.call('POST', deployments, { token: owner.token, json: { tool_id: second.id } })).status).toBe(409);
  await untilStatus(app, owner.token, id, ['idle']);

  // Of one person: the other still has a day's worth.
  expect((await deployed(app, other.token)).view['status']).toBe('running');
});

it('asks nothing of remote servers, which need no task', async () => {
  const slug = `r-${randomBytes(5).toString('hex')}`;
  const remote = await createTool(app, owner.token, { name: slug, url: 'http://127.0.0.1:9/mcp' });
  const made = await app.call('POST', deployments, { token: owner.token, json: { tool_id: remote.id } });
  expect([made.status, made.text]).toEqual([201, expect.any(String)]);
});
