import { randomBytes } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { type App, type Reply, type SignedUp, startApp } from '../../harness.ts';

let app: App;
beforeAll(async () => {
  const QUOTAS = JSON.stringify({ tools: 3, versions: 2, api_keys: 2, deployments: 1, replicas: 2, tasks: 1 });
  app = await startApp({ env: { QUOTAS } });
});

const newTool = (config: object = { servers: [] }) => {
  const slug = `q-${randomBytes(6).toString('hex')}`;
  return { name: slug, slug, version: '1.0.0', config };
};
const create = ({ token }: SignedUp, json: object = newTool()) => app.call('POST', '/api/v1/mcps', { token, json });
const statuses = (replies: readonly Reply[]) => replies.map(({ status }) => String(status)).toSorted();
const limits = async ({ token }: SignedUp) => {
  const { body } = await app.call('GET', '/api/v1/auth/limits', { token });
  const rows = body['limits'] as { quota: string; limit: number; used: number | null }[];
  return Object.fromEntries(rows.map(({ quota, limit, used }) => [quota, { limit, used }]));
};

describe('a quota', () => {
  it('holds when many ask at once, says how much there is, and is of one person', async () => {
    const [ada, grace] = [await app.signUp(), await app.signUp()];
    const made = await Promise.all(Array.from({ length: 8 }, () => create(ada)));
    expect(statuses(made)).toEqual(['201', '201', '201', '409', '409', '409', '409', '409']);
    expect(made.find(({ status }) => status === 409)?.body).toMatchObject({
      type: 'urn:mcp-platform:problem:quota-exceeded',
      error_code: 'CONFLICT',
      quota: 'tools',
      limit: 3,
      used: 3,
    });
    expect((await create(grace)).status).toBe(201);
    expect((await limits(ada))['tools']).toEqual({ limit: 3, used: 3 });
  });

  it('has room again for what was deleted, and a client file fits as a whole or not at all', async () => {
    const ada = await app.signUp();
    const importTwo = () =>
      app.call('POST', '/api/v1/mcps/import', {
        token: ada.token,
        json: { mcpServers: { [`a-${ada.username}`]: { command: 'npx' }, [`b-${ada.username}`]: { command: 'npx' } } },
      });
    const first = await create(ada);
    await create(ada);
    expect((await importTwo()).status).toBe(409);
    expect((await limits(ada))['tools']).toEqual({ limit: 3, used: 2 });
    await app.call('DELETE', `/api/v1/mcps/${String(first.body['id'])}`, { token: ada.token });
    expect((await importTwo()).status).toBe(201);
  });

  it('bounds the versions of a tool, which can be deleted all the same', async () => {
    const ada = await app.signUp();
    const { body } = await create(ada);
    const path = `/api/v1/mcps/${String(body['id'])}`;
    const rename = (name: string) => app.call('PUT', path, { token: ada.token, json: { name } });
    expect([(await rename('two')).status, (await rename('three')).status]).toEqual([200, 409]);
    expect((await app.call('DELETE', path, { token: ada.token })).status).toBe(200);
  });

  it('counts API keys that are in force', async () => {
    const { token } = await app.signUp();
    const keys = '/api/v1/auth/api-keys';
    const make = () => app.call('POST', keys, { token, json: { name: 'ci' } });
    const made = await Promise.all([1, 2, 3, 4].map(make));
    expect(statuses(made)).toEqual(['201', '201', '409', '409']);
    const id = String(made.find(({ status }) => status === 201)?.body['id']);
    await app.call('DELETE', `${keys}/${id}`, { token });
    expect((await make()).status).toBe(201);
  });

  it('counts deployments and their replicas, without the one that is replaced', async () => {
    const ada = await app.signUp();
    const config = { servers: [{ name: 's', command: 'node', args: ['-e', 'setInterval(() => 0, 1000)'] }] };
    const tools = [await create(ada, newTool(config)), await create(ada, newTool(config))];
    const [one, other] = tools.map(({ body }) => String(body['id']));
    const deploy = (tool_id = '', replicas = 1, query = '') =>
      app.call('POST', `/api/v1/deployments${query}`, { token: ada.token, json: { tool_id, config: { replicas } } });
    expect((await deploy(one, 3)).body).toMatchObject({ quota: 'replicas', limit: 2 });
    expect(statuses(await Promise.all([deploy(one), deploy(other)]))).toEqual(['201', '409']);
    const running = (await app.call('GET', `/api/v1/deployments?tool_id=${one ?? ''}`, { token: ada.token })).body;
    const deployed = (running['deployments'] as unknown[]).length > 0 ? one : other;
    expect((await deploy(deployed, 2, '?replace=true')).status).toBe(201);
  });

  it('leads to a list of all of them', async () => {
    expect(Object.keys(await limits(await app.signUp())).toSorted()).toEqual(
      [
        'tools',
        'versions',
        'deployments',
        'replicas',
        'api_keys',
        'connections',
        'streams',
        'sockets',
        'frames_per_minute',
        'tasks',
        'knowledge_bytes',
        'cost_per_day',
      ].toSorted(),
    );
  });
});
