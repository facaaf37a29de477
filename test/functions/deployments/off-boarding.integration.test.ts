import { beforeAll, expect, it } from 'vitest';
import { type App, type SignedUp, startApp } from '../../harness.ts';
import { createTool, deployed, untilStatus } from './deploy.ts';

let app: App;
let admin: SignedUp;
let other: SignedUp;
beforeAll(async () => {
  app = await startApp();
  [admin, other] = await Promise.all([app.enterAdmin(), app.signUp()]);
});

it('deactivating a person stops the servers that run in their name, with their secrets', async () => {
  const leaver = await app.signUp();
  const { tool, id } = await deployed(app, leaver.token, { access: 'team', secrets: { TOKEN: 'hunter2-hunter2' } });
  const call = () =>
    app.call('POST', `/mcp/${tool.slug}/v1/tools/echo`, { token: other.token, json: { message: 'x' } });
  expect((await call()).status).toBe(200);
  const json = { is_active: false };
  expect((await app.call('PATCH', `/api/v1/users/${leaver.id}`, { token: admin.token, json })).status).toBe(200);
  await untilStatus(app, admin.token, id, ['stopped'], 30_000);
  expect((await call()).status).toBe(404);
});

it('the last words of a private server are for its owner and admins, at every door', async () => {
  const owner = await app.signUp();
  const words = 'DB password is hunter2';
  const server = {
    name: 'x',
    command: process.execPath,
    args: ['-e', `console.error(${JSON.stringify(words)}); process.exit(3)`],
  };
  const { id } = await deployed(app, owner.token, {}, server);
  const at = async (token: string, path: string) =>
    (await app.call('GET', `/api/v1/deployments${path}`, { token })).text;
  expect(await at(owner.token, `/${id}`)).toContain(words);
  expect(await at(admin.token, `/${id}`)).toContain(words);
  for (const path of [`/${id}`, `/${id}/logs`, `/${id}/health`, '']) {
    expect(await at(other.token, path)).not.toContain('hunter2');
  }
});

it('install scripts are off until a deployment asks for them', async () => {
  const owner = await app.signUp();
  const tool = await createTool(app, owner.token);
  const made = await app.call('POST', '/api/v1/deployments', { token: owner.token, json: { tool_id: tool.id } });
  const view = await untilStatus(app, owner.token, String(made.body['deployment_id']), ['running']);
  expect(view['install_scripts']).toBe(false);
});
