import { randomBytes } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { type App, type SignedUp, startApp } from '../../harness.ts';

let app: App;
let ada: SignedUp;
let bob: SignedUp;
let viewer: SignedUp;
beforeAll(async () => {
  app = await startApp();
  [ada, bob, viewer] = await Promise.all([app.signUp(), app.signUp(), app.signUp('viewer')]);
});

const server = { name: 'everything', command: 'npx', args: ['-y', '@modelcontextprotocol/server-everything'] };
const newTool = (more: object = {}) => ({
  name: 'Everything',
  slug: `tool-${randomBytes(5).toString('hex')}`,
  version: '1.0.0',
  config: { servers: [server] },
  ...more,
});
const create = (more: object = {}, by: SignedUp = ada) =>
  app.call('POST', '/api/v1/mcps', { token: by.token, json: newTool(more) });
const get = (path: string, by: SignedUp = ada) => app.call('GET', `/api/v1/mcps${path}`, { token: by.token });
const put = (id: unknown, json: object, more: { by?: SignedUp; headers?: Record<string, string> } = {}) =>
  app.call('PUT', `/api/v1/mcps/${String(id)}`, { token: (more.by ?? ada).token, json, headers: more.headers ?? {} });
const remove = (id: unknown, by: SignedUp = ada, headers: Record<string, string> = {}) =>
  app.call('DELETE', `/api/v1/mcps/${String(id)}`, { token: by.token, headers });

describe('a new tool', () => {
  it('is answered whole, with its address and its tag', async () => {
    const sent = newTool({ description: 'Tries everything', status: 'active' });
    const { status, body, headers } = await app.call('POST', '/api/v1/mcps', { token: ada.token, json: sent });
    expect(status).toBe(201);
    expect(body).toMatchObject({ ...sent, author_id: ada.id, revision: 1, deleted_at: null });
    expect(headers.get('location')).toBe(`/api/v1/mcps/${String(body['id'])}`);
    expect(headers.get('etag')).toBe('"1"');
    expect(body['created_at']).toMatch(/Z$/);
  });

  it('reads back as it was written, by id and by slug, for its author', async () => {
    const config = {
      servers: [
        { ...server, env: { TOKEN: '${TOKEN}', 'weird.key$': 'ünïcødé 🎉' } },
        { name: 'far', url: 'https://mcp.example.com/mcp', headers: { 'X-A': 'b' } },
      ],
      tools: [
        {
          name: 'echo',
          inputSchema: {
            $schema: 'https://json-schema.org/draft/2020-12/schema',
            type: 'object',
            $defs: { a: { $ref: '#/$defs/b' }, b: { type: 'string' } },
          },
        },
      ],
      server_json: { z: 1, a: { b: [1.5, 2, null, true] } },
    };
    const { body } = await create({ config });
    for (const key of [body['id'], body['slug']]) {
      const read = await get(`/${String(key)}`);
      expect(read.status).toBe(200);
      expect(read.body).toEqual(body);
      expect(JSON.stringify(read.body['config'])).toBe(JSON.stringify(config));
    }
  });

  it('takes a slug once and for ever', async () => {
    const { body } = await create();
    const again = { slug: body['slug'] };
    expect(await create(again, bob)).toMatchObject({
      status: 409,
      body: { error_code: 'CONFLICT', type: 'urn:mcp-platform:problem:slug-taken' },
    });
    await remove(body['id']);
    expect(await create(again)).toMatchObject({ status: 409 });
  });

  it('is made once when many ask at the same moment', async () => {
    const slug = `race-${randomBytes(4).toString('hex')}`;
    const answers = await Promise.all(Array.from({ length: 10 }, () => create({ slug })));
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 409)).toHaveLength(9);
  });

  it.each([
    ['slug', 'Not A Slug'],
    ['slug', 'knowledge'],
    ['slug', 'a--b'],
    ['version', '1.0'],
    ['version', 'v1.0.0'],
    ['name', ''],
    ['name', 'x'.repeat(256)],
    ['name', '\ud800'],
    ['status', 'gone'],
    ['config', 'text'],
    ['config', { servers: 'x' }],
    ['config', { servers: [{ name: 'a', command: 'x', url: 'https://x.example' }] }],
    ['config', { servers: [{ name: 'a', url: 'file:///etc/passwd' }] }],
    ['config', { servers: [server, server] }],
    ['config', { servers: [], tools: [{ name: 'no-schema' }] }],
    ['config', { servers: [], unknown: 1 }],
  ])('refuses %s = %j and names the field', async (field, value) => {
    const { status, body } = await create({ [field]: value });
    expect(status).toBe(422);
    expect(body['errors']).toEqual(
      expect.arrayContaining([expect.objectContaining({ loc: expect.arrayContaining(['body', field]) as unknown })]),
    );
  });

  it('refuses a configuration above 256 KB', async () => {
    const { status, body } = await create({ config: { servers: [], server_json: { text: 'x'.repeat(262_144) } } });
    expect(status).toBe(413);
    expect(body['error_code']).toBe('PAYLOAD_TOO_LARGE');
  });

  it('is not for a viewer', async () => {
    expect(await create({}, viewer)).toMatchObject({ status: 403, body: { required_permission: 'mcps:create' } });
  });
});

describe('the list', () => {
  it('has pages that are disjoint and add up, without configurations', async () => {
    const word = `w${randomBytes(5).toString('hex')}`;
    for (let n = 0; n < 7; n += 1) await create({ name: `${word} ${n}` });
    const pages = await Promise.all(
      [1, 2, 3, 4].map((page) => get(`?search=${word}&page=${page}&page_size=3&sort=created_at`)),
    );
    const names = pages.map(({ body }) => (body['items'] as { name: string }[]).map(({ name }) => name.slice(-1)));
    expect(names).toEqual([['0', '1', '2'], ['3', '4', '5'], ['6'], []]);
    expect(pages[0]?.body).toMatchObject({ total: 7, page: 1, page_size: 3, pages: 3 });
    expect(pages[0]?.text).not.toContain('"config"');
  });

  it('filters by status, author and search, and sorts', async () => {
    const word = `w${randomBytes(5).toString('hex')}`;
    await create({ name: `b ${word}`, status: 'active' });
    await create({ name: `a ${word}`, description: 'x', status: 'active' }, bob);
    await create({ name: `c ${word}` });
    const names = async (query: string) =>
      ((await get(`?search=${word}&${query}`)).body['items'] as { name: string }[]).map(({ name }) => name[0]);
    expect(await names('sort=name')).toEqual(['a', 'b', 'c']);
    expect(await names('sort=-name&status=active')).toEqual(['b', 'a']);
    expect(await names(`sort=name&author_id=${ada.id}`)).toEqual(['b', 'c']);
    expect(await names('sort=-created_at')).toEqual(['c', 'a', 'b']);
  });

  it('takes % and _ in a search as they are', async () => {
    const word = `w${randomBytes(5).toString('hex')}`;
    await create({ name: `100%_${word}` });
    await create({ name: `100xx${word}` });
    expect((await get(`?search=${encodeURIComponent(`100%_${word}`)}`)).body).toMatchObject({ total: 1 });
  });

  it.each([
    'page=0',
    'page=-1',
    'page=x',
    'page_size=0',
    'page_size=101',
    'page=1&page=2',
    'status=gone',
    'author_id=1',
    'sort=slug',
    'page=1e3',
  ])('refuses ?%s instead of clamping it', async (query) => {
    const { status, body } = await get(`?${query}`);
    expect(status).toBe(422);
    expect(body['errors']).toEqual([expect.objectContaining({ loc: ['query', query.split('=')[0]] })]);
  });
});

describe('a change', () => {
  it('makes one revision, seen at once, and one entry of history', async () => {
    const { body: tool } = await create();
    const changed = await put(tool['id'], { name: 'Renamed' });
    expect(changed).toMatchObject({
      status: 200,
      body: { name: 'Renamed', revision: 2, version: '1.0.0', config: tool['config'] },
    });
    expect(changed.headers.get('etag')).toBe('"2"');
    expect((await get(`/${String(tool['id'])}`)).body).toEqual(changed.body);
    const { body } = await get(`/${String(tool['id'])}/history`);
    expect(body).toMatchObject({
      total: 2,
      versions: [
        {
          revision: 2,
          change_type: 'update',
          changed_by: ada.id,
          diff: [{ op: 'replace', path: '/name', value: 'Renamed' }],
        },
        { revision: 1, change_type: 'create', config: tool['config'] },
      ],
    });
  });

  it('of nothing is no change', async () => {
    const { body: tool } = await create();
    expect(await put(tool['id'], { name: 'Everything', config: tool['config'] })).toMatchObject({
      status: 200,
      body: { revision: 1 },
    });
  });

  it('of the configuration takes a higher version', async () => {
    const { body: tool } = await create({ version: '1.2.0' });
    const config = { servers: [] };
    for (const version of [undefined, '1.2.0', '1.1.9', '1.2.0-rc.1']) {
      const { status, body } = await put(tool['id'], { config, ...(version !== undefined && { version }) });
      expect(status, version).toBe(422);
      expect(body['errors']).toEqual([expect.objectContaining({ pointer: '/version' })]);
    }
    expect(await put(tool['id'], { config, version: '1.10.0' })).toMatchObject({ status: 200, body: { revision: 2 } });
  });

  it('is refused when If-Match names another revision', async () => {
    const { body: tool } = await create();
    expect(await put(tool['id'], { name: 'A' }, { headers: { 'if-match': '"1"' } })).toMatchObject({ status: 200 });
    const stale = await put(tool['id'], { name: 'B' }, { headers: { 'if-match': '"1"' } });
    expect(stale).toMatchObject({ status: 412, body: { error_code: 'PRECONDITION_FAILED' } });
    expect(stale.headers.get('etag')).toBe('"2"');
    expect(await remove(tool['id'], ada, { 'if-match': '"7"' })).toMatchObject({ status: 412 });
    expect(await remove(tool['id'], ada, { 'if-match': '*' })).toMatchObject({ status: 200 });
  });

  it('takes the author or an admin', async () => {
    const { body: tool } = await create();
    expect(await put(tool['id'], { name: 'Mine' }, { by: bob })).toMatchObject({
      status: 403,
      body: { required_permission: 'mcps:update' },
    });
    expect(await remove(tool['id'], bob)).toMatchObject({ status: 403, body: { required_permission: 'mcps:delete' } });
    expect(await put(tool['id'], { name: 'Mine' }, { by: viewer })).toMatchObject({ status: 403 });
  });

  it('of nothing named is refused', async () => {
    const { body: tool } = await create();
    expect(await put(tool['id'], {})).toMatchObject({ status: 422 });
    expect(await put(tool['id'], { slug: 'other' })).toMatchObject({ status: 422 });
  });

  it('by eight writers at once leaves every revision once and in order', async () => {
    const { body: tool } = await create();
    const answers = await Promise.all(Array.from({ length: 8 }, (_, n) => put(tool['id'], { name: `Writer ${n}` })));
    expect(new Set(answers.map(({ body }) => body['revision']))).toEqual(new Set([2, 3, 4, 5, 6, 7, 8, 9]));
    const { body } = await get(`/${String(tool['id'])}/history`);
    expect((body['versions'] as { revision: number }[]).map(({ revision }) => revision)).toEqual([
      9, 8, 7, 6, 5, 4, 3, 2, 1,
    ]);
  });
});

describe('a deleted tool', () => {
  it('is gone from reads and lists, and its history tells of the deletion', async () => {
    const word = `w${randomBytes(5).toString('hex')}`;
    const { body: tool } = await create({ name: word });
    expect(await remove(tool['slug'])).toMatchObject({ status: 200, body: { id: tool['id'] } });
    expect(await get(`/${String(tool['id'])}`)).toMatchObject({
      status: 404,
      body: { resource_type: 'tool', resource_id: tool['id'] },
    });
    expect((await get(`?search=${word}`)).body).toMatchObject({ total: 0, items: [] });
    expect(await put(tool['id'], { name: 'x' })).toMatchObject({ status: 404 });
    expect(await remove(tool['id'])).toMatchObject({ status: 404 });
    expect((await get(`/${String(tool['id'])}/history`)).body).toMatchObject({
      total: 2,
      versions: [{ change_type: 'delete' }, { change_type: 'create' }],
    });
  });
});

describe('history', () => {
  it('moves to MongoDB and out of the outbox, and reads the same before and after', async () => {
    const from = app.lines.length;
    const { body: tool } = await create();
    const before = await get(`/${String(tool['id'])}/history`);
    const isPublished = (line: string) => line.includes('relay done') && line.includes('"published":1');
    await expect.poll(() => app.lines.slice(from).some(isPublished)).toBe(true);
    expect((await get(`/${String(tool['id'])}/history`)).body).toEqual(before.body);
  });

  it('pages from the newest, each page with its differences', async () => {
    const { body: tool } = await create();
    for (let n = 2; n <= 5; n += 1) await put(tool['id'], { name: `Name ${n}` });
    const { body } = await get(`/${String(tool['id'])}/history?page=2&page_size=2`);
    expect(body).toMatchObject({ total: 5, page: 2, page_size: 2, pages: 3 });
    expect(
      (body['versions'] as { revision: number; diff: object[] }[]).map(({ revision, diff }) => [revision, diff]),
    ).toEqual([
      [3, [{ op: 'replace', path: '/name', value: 'Name 3' }]],
      [2, [{ op: 'replace', path: '/name', value: 'Name 2' }]],
    ]);
    expect((await get(`/${String(tool['id'])}/history?page=9`)).body).toMatchObject({ versions: [] });
  });

  it('refuses more than ten entries a page', async () => {
    const { body: tool } = await create();
    expect(await get(`/${String(tool['id'])}/history?page_size=11`)).toMatchObject({ status: 413 });
    expect(await get(`/${String(tool['id'])}/history?page_size=0`)).toMatchObject({ status: 422 });
  });

  it('of nothing is 404', async () => {
    expect(await get('/no-such-tool/history')).toMatchObject({ status: 404 });
  });
});
