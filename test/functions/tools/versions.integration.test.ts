import { randomBytes } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { type App, type SignedUp, startApp } from '../../harness.ts';

let app: App;
let ada: SignedUp;
let bob: SignedUp;
beforeAll(async () => {
  app = await startApp();
  [ada, bob] = await Promise.all([app.signUp(), app.signUp()]);
});

const declared = (properties: object, required: string[] = []) => ({
  servers: [],
  tools: [{ name: 'search', inputSchema: { type: 'object', properties, required } }],
});
const create = async (config: object) =>
  (
    await app.call('POST', '/api/v1/mcps', {
      token: ada.token,
      json: { name: 'Versions', slug: `v-${randomBytes(5).toString('hex')}`, version: '1.0.0', config },
    })
  ).body;
const put = (id: unknown, json: object) => app.call('PUT', `/api/v1/mcps/${String(id)}`, { token: ada.token, json });
const get = (path: string) => app.call('GET', `/api/v1/mcps/${path}`, { token: bob.token });
const restore = (id: unknown, json: object, by = ada, headers = {}) =>
  app.call('POST', `/api/v1/mcps/${String(id)}/restore`, { token: by.token, json, headers });

describe('the difference between two revisions', () => {
  it('is a JSON Patch, and says what it means to callers', async () => {
    const { id } = await create(declared({ q: { type: 'string' } }));
    await put(id, { config: declared({ q: { type: 'string' }, n: { type: 'integer' } }, ['n']), version: '2.0.0' });
    const { status, body } = await get(`${String(id)}/diff?from=1&to=2`);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      from: 1,
      to: 2,
      patch: expect.arrayContaining([
        { op: 'replace', path: '/version', value: '2.0.0' },
        { op: 'add', path: '/config/tools/0/inputSchema/properties/n', value: { type: 'integer' } },
      ]) as unknown,
      contract: [{ tool: 'search', class: 'breaking', path: '/inputSchema/required', why: '"n" is required now' }],
    });
    expect((await get(`${String(id)}/diff`)).body).toEqual(body);
    expect((await get(`${String(id)}/diff?from=2&to=1`)).body).toMatchObject({
      contract: [{ class: 'suspicious' }, { class: 'compatible' }],
    });
  });

  it('is for revisions that are there', async () => {
    const { id } = await create({ servers: [] });
    expect(await get(`${String(id)}/diff?from=1&to=9`)).toMatchObject({
      status: 404,
      body: { resource_type: 'revision', resource_id: '9' },
    });
    expect(await get(`${String(id)}/diff?from=0&to=1`)).toMatchObject({ status: 422 });
  });
});

describe('restoring', () => {
  it('makes an older configuration a new revision with a higher version and one entry of history', async () => {
    const { id, config } = await create(declared({ q: { type: 'string' } }));
    await put(id, { config: { servers: [] }, version: '1.4.0', name: 'Renamed' });
    const restored = await restore(id, { revision: 1 });
    expect(restored).toMatchObject({ status: 200, body: { revision: 3, version: '1.4.1', config, name: 'Renamed' } });
    expect(restored.headers.get('etag')).toBe('"3"');
    const { body } = await get(`${String(id)}/history`);
    expect(body).toMatchObject({ total: 3, versions: [{ change_type: 'restore', revision: 3, config }, {}, {}] });
  });

  it('of what is there already makes a revision and keeps the version', async () => {
    const { id } = await create({ servers: [] });
    expect(await restore(id, { revision: 1 })).toMatchObject({ status: 200, body: { revision: 2, version: '1.0.0' } });
  });

  it('takes a revision that is there, the author, and the revision that the caller saw', async () => {
    const { id } = await create({ servers: [] });
    expect(await restore(id, { revision: 2 })).toMatchObject({ status: 404, body: { resource_type: 'revision' } });
    expect(await restore(id, { revision: 1 }, bob)).toMatchObject({ status: 403 });
    expect(await restore(id, { revision: 1 }, ada, { 'if-match': '"2"' })).toMatchObject({ status: 412 });
    expect(await restore(id, { revision: 0 })).toMatchObject({ status: 422 });
    await app.call('DELETE', `/api/v1/mcps/${String(id)}`, { token: ada.token });
    expect(await restore(id, { revision: 1 })).toMatchObject({ status: 404, body: { resource_type: 'tool' } });
  });
});
