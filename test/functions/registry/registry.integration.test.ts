import { randomBytes } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { type App, type SignedUp, startApp } from '../../harness.ts';

let app: App;
let ada: SignedUp;
let admin: SignedUp;
beforeAll(async () => {
  app = await startApp();
  [ada, admin] = await Promise.all([app.signUp(), app.enterAdmin()]);
});

interface Listed {
  server: Record<string, unknown> & { name: string; version: string };
  _meta: Record<string, Record<string, unknown>>;
}
const official = 'io.modelcontextprotocol.registry/official';
const ours = 'io.github.mcp-platform/tool';
/** The name of a tool whose author was granted no namespace. */
const own = (slug: string) => `1.0.0.127/${slug}`;
const word = () => `w${randomBytes(5).toString('hex')}`;
const read = (path: string, headers: Record<string, string> = {}) =>
  app.call('GET', `/v0.1/servers${path}`, { headers });
const listed = async (query: string) =>
  (await read(`?${query}`)).body as unknown as { servers: Listed[]; metadata: { count: number; nextCursor?: string } };
const serverJson = (name: string) => ({
  name,
  description: 'Forecasts.',
  version: '1.0.0',
  packages: [{ registryType: 'npm', identifier: 'x', transport: { type: 'stdio' } }],
});
const put = (id: unknown, json: object, author = ada) =>
  app.call('PUT', `/api/v1/mcps/${String(id)}`, { token: author.token, json });
const importActive = async (name: string, author = ada) => {
  const { body } = await app.call('POST', '/api/v1/mcps/import', {
    token: author.token,
    json: { server_json: serverJson(name) },
  });
  const [tool] = body['tools'] as { id: string; slug: string; config: object }[];
  if (!tool) throw new Error('nothing was imported');
  await put(tool.id, { status: 'active' }, author);
  return tool;
};

describe('the list', () => {
  it('shows active tools alone, to anybody, in the shape of the official registry', async () => {
    const name = `io.github.acme/${word()}`;
    const { id, slug } = await importActive(name);
    await app.call('POST', '/api/v1/mcps/import', {
      token: ada.token,
      json: { server_json: serverJson(`${name}-draft`) },
    });
    const { servers, metadata } = await listed(`search=${name.split('/')[1] ?? ''}`);
    expect(metadata).toEqual({ count: 1 });
    expect(servers).toEqual([
      {
        server: {
          $schema: 'https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json',
          ...serverJson(own(slug)),
        },
        _meta: {
          [official]: {
            status: 'active',
            isLatest: true,
            publishedAt: expect.stringMatching(/Z$/) as unknown,
            updatedAt: expect.stringMatching(/Z$/) as unknown,
          },
          'io.github.mcp-platform/tool': { id, slug, revision: 2, origin: name },
        },
      },
    ]);
  });

  it('is walked by cursor, each server once, also while others are made', async () => {
    const mark = word();
    for (let n = 0; n < 5; n += 1) await importActive(`io.github.acme/${mark}-${n}`);
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await listed(
        `search=${mark}&limit=2${cursor === undefined ? '' : `&cursor=${encodeURIComponent(cursor)}`}`,
      );
      seen.push(...page.servers.map(({ server }) => server.name.slice(-1)));
      cursor = page.metadata.nextCursor;
      if (seen.length === 2) await importActive(`io.github.acme/${mark}-5`);
    } while (cursor !== undefined);
    expect(seen).toEqual(['0', '1', '2', '3', '4', '5']);
  });

  it('is narrowed by time and by version', async () => {
    const mark = word();
    const { id } = await importActive(`io.github.acme/${mark}`);
    const updatedAt = (await listed(`search=${mark}`)).servers[0]?._meta[official]?.['updatedAt'];
    expect((await listed(`search=${mark}&updated_since=${String(updatedAt)}`)).metadata.count).toBe(1);
    expect((await listed(`search=${mark}&updated_since=2999-01-01T00:00:00%2B02:00`)).metadata.count).toBe(0);
    await put(id, { config: { servers: [{ name: 'a', command: 'x' }] }, version: '1.1.0' });
    expect((await listed(`search=${mark}&version=latest`)).servers[0]?.server.version).toBe('1.1.0');
    expect((await listed(`search=${mark}&version=1.1.0`)).metadata.count).toBe(1);
    expect((await listed(`search=${mark}&version=1.0.0`)).metadata.count).toBe(0);
  });

  it.each(['limit=0', 'limit=101', 'cursor=x', 'updated_since=yesterday', 'x=1'])('refuses ?%s', async (query) => {
    expect(await read(`?${query}`)).toMatchObject({ status: 422 });
  });

  it('carries a tag, and answers 304 to whoever has it', async () => {
    const { headers } = await read('?limit=1');
    const tag = headers.get('etag') ?? '';
    expect(tag).toMatch(/^"[\w-]+"$/);
    expect(await read('?limit=1', { 'if-none-match': tag })).toMatchObject({ status: 304, text: '' });
  });
});

describe('a server', () => {
  /** A name in a namespace that an admin has granted to the author. */
  const grantedName = async () => {
    const namespace = `io.github.${word()}`;
    const json = { namespace, user_id: ada.id };
    const granted = await app.call('POST', '/api/v1/registry/namespaces', { token: admin.token, json });
    expect(granted.status, granted.text).toBe(201);
    return `${namespace}/${word()}`;
  };

  it('is found by its name, with its slash encoded or plain, with all its versions', async () => {
    const name = await grantedName();
    const { id } = await importActive(name);
    await put(id, {
      config: { servers: [{ name: 'a', command: 'x' }], server_json: serverJson(name) },
      version: '1.1.0',
    });
    await put(id, { name: 'Renamed' });
    for (const at of [encodeURIComponent(name), name]) {
      const { status, body } = await read(`/${at}/versions`);
      expect(status).toBe(200);
      const { servers } = body as unknown as { servers: Listed[] };
      expect(servers.map(({ server, _meta }) => [server.name, server.version, _meta[official]?.['isLatest']])).toEqual([
        [name, '1.1.0', true],
        [name, '1.0.0', false],
      ]);
      expect((await read(`/${at}/versions/latest`)).body).toMatchObject({ server: { version: '1.1.0' } });
      expect((await read(`/${at}/versions/1.0.0`)).body).toMatchObject({ server: serverJson(name) });
      expect(await read(`/${at}/versions/9.9.9`)).toMatchObject({ status: 404, body: { resource_type: 'version' } });
    }
  });

  it('whose name another had first goes by its slug', async () => {
    const name = await grantedName();
    await importActive(name);
    const { slug } = await importActive(name);
    const { servers } = await listed(`search=${name}`);
    expect(servers.map(({ server }) => server.name)).toEqual([name, own(slug)]);
    expect((await read(`/${own(slug)}/versions/latest`)).body).toMatchObject({ server: { name: own(slug) } });
    expect((await read(`/${encodeURIComponent(name)}/versions/latest`)).body).toMatchObject({ server: { name } });
  });

  it("whose namespace is nobody's answers to the name it came with under its own, while no other tool claims it", async () => {
    const name = `io.github.${word()}/${word()}`;
    const { slug } = await importActive(name);
    const served = { server: { name: own(slug) }, _meta: { [ours]: { origin: name } } };
    for (const path of ['versions/latest', 'versions/1.0.0'])
      expect((await read(`/${encodeURIComponent(name)}/${path}`)).body).toMatchObject(served);
    expect((await read(`/${encodeURIComponent(name)}/versions`)).body).toMatchObject({ servers: [served] });
    expect((await listed(`search=${name}`)).servers).toMatchObject([served]);
    await importActive(name);
    expect(await read(`/${encodeURIComponent(name)}/versions/latest`)).toMatchObject({ status: 404 });
    expect((await read(`/${own(slug)}/versions/latest`)).body).toMatchObject(served);
  });

  it('whose namespace somebody else was granted is not found by the name it came with', async () => {
    const name = await grantedName();
    const other = await app.signUp();
    const { slug } = await importActive(name, other);
    expect(await read(`/${encodeURIComponent(name)}/versions/latest`)).toMatchObject({ status: 404 });
    expect((await read(`/${own(slug)}/versions/latest`)).body).toMatchObject({ server: { name: own(slug) } });
  });

  it('that is a draft, deleted or unknown is not there', async () => {
    const name = await grantedName();
    const { id } = await importActive(name);
    await put(id, { status: 'draft' });
    expect(await read(`/${encodeURIComponent(name)}/versions/latest`)).toMatchObject({ status: 404 });
    await put(id, { status: 'active' });
    await app.call('DELETE', `/api/v1/mcps/${id}`, { token: ada.token });
    expect(await read(`/${name}/versions`)).toMatchObject({ status: 404 });
    expect(await read('/nobody/nothing/versions/latest')).toMatchObject({
      status: 404,
      body: { resource_type: 'server' },
    });
  });
});

describe('an installation whose operator wants no readers', () => {
  it('is no registry', async () => {
    const closed = await startApp({ env: { REGISTRY_READS: 'off' } });
    for (const path of ['', '/a%2Fb/versions', '/a/b/versions/latest'])
      expect(await closed.call('GET', `/v0.1/servers${path}`)).toMatchObject({ status: 404 });
  });
});
