import { randomBytes } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { type App, type SignedUp, startApp } from '../../harness.ts';

let app: App;
let ada: SignedUp;
beforeAll(async () => {
  app = await startApp();
  ada = await app.signUp();
});

const word = () => `w${randomBytes(5).toString('hex')}`;
const importFile = (json: unknown) => app.call('POST', '/api/v1/mcps/import', { token: ada.token, json });
const exported = async (slug: string, query: string) =>
  (await app.call('GET', `/api/v1/mcps/${slug}/export?${query}`, { token: ada.token })).body;
const toolsOf = ({ body }: { body: Record<string, unknown> }) =>
  body['tools'] as { id: string; slug: string; status: string; revision: number; config: { servers: object[] } }[];

describe('an import', () => {
  it("makes a draft of each server of a client's file, with one entry of history each", async () => {
    const [a, b] = [word(), word()];
    const reply = await importFile({
      mcpServers: {
        [a]: { command: 'npx', args: ['-y', 'server-x'], env: { KEY: '${KEY}' } },
        [`${b} (Remote)`]: { type: 'http', url: 'https://x.example/mcp' },
      },
      globalShortcut: 'Ctrl+Space',
    });
    expect(reply.status).toBe(201);
    expect(reply.body['secrets_moved']).toEqual([]);
    expect(toolsOf(reply)).toMatchObject([
      {
        slug: a,
        name: a,
        status: 'draft',
        version: '1.0.0',
        revision: 1,
        config: { servers: [{ name: a, command: 'npx' }] },
      },
      { slug: `${b}-remote`, config: { servers: [{ url: 'https://x.example/mcp', transport: 'streamable-http' }] } },
    ]);
    for (const { id } of toolsOf(reply))
      expect((await app.call('GET', `/api/v1/mcps/${id}/history`, { token: ada.token })).body).toMatchObject({
        total: 1,
        versions: [{ change_type: 'create' }],
      });
  });

  it('numbers slugs that are taken, also by a deleted tool, also when many ask at once', async () => {
    const name = word();
    const file = { mcpServers: { [name]: { command: 'x' }, [name.toUpperCase()]: { command: 'y' } } };
    const first = toolsOf(await importFile(file));
    expect(first.map(({ slug }) => slug)).toEqual([name, `${name}-2`]);
    await app.call('DELETE', `/api/v1/mcps/${name}`, { token: ada.token });
    const more = (await Promise.all([1, 2, 3].map(() => importFile(file)))).flatMap((reply) =>
      toolsOf(reply).map(({ slug }) => slug),
    );
    expect(more.toSorted()).toEqual([3, 4, 5, 6, 7, 8].map((n) => `${name}-${n}`));
    expect(toolsOf(await importFile({ mcpServers: { knowledge: { command: 'x' } } }))[0]?.slug).toMatch(
      /^knowledge-\d+$/,
    );
  });

  it('makes all or none, and names the places in the file that are wrong', async () => {
    const good = word();
    const reply = await importFile({
      mcpServers: {
        [good]: { command: 'x' },
        bad: { url: 'http://169.254.169.254/latest' },
        'a/b': { command: 'x', env: { K: '${input:' } },
      },
    });
    expect(reply.status).toBe(422);
    expect(reply.body['errors']).toEqual([
      {
        loc: ['body', 'mcpServers', 'bad', 'url'],
        pointer: '/mcpServers/bad/url',
        msg: 'Points at a link-local or metadata address',
        type: 'address_not_allowed',
        line: 1,
        column: 53,
      },
      {
        loc: ['body', 'mcpServers', 'a/b', 'env', 'K'],
        pointer: '/mcpServers/a~1b/env/K',
        msg: '${input: cannot be resolved; a variable is written ${NAME} or ${NAME:-otherwise}',
        type: 'unresolvable_reference',
        line: 1,
        column: 120,
      },
    ]);
    expect(await app.call('GET', `/api/v1/mcps/${good}`, { token: ada.token })).toMatchObject({ status: 404 });
  });

  it('by ?dry_run=true answers what it would make, with the same places and faults, and makes nothing', async () => {
    const name = word();
    const dryRun = (json: unknown) => app.call('POST', '/api/v1/mcps/import?dry_run=true', { token: ada.token, json });
    const file = { mcpServers: { [name]: { command: 'x', env: { API_TOKEN: 'hunter2-correct-horse' } } }, theme: {} };
    const { status, body } = await dryRun(file);
    expect([status, body['dry_run']]).toEqual([200, true]);
    expect(body).toMatchObject({
      tools: [{ slug: name, status: 'draft', config: { servers: [{ env: { API_TOKEN: '${API_TOKEN}' } }] } }],
      secrets_moved: [{ path: `/mcpServers/${name}/env/API_TOKEN`, name: 'API_TOKEN', line: 1 }],
      not_imported: [{ pointer: '/theme' }],
    });
    expect(await app.call('GET', `/api/v1/mcps/${name}`, { token: ada.token })).toMatchObject({ status: 404 });
    const [made] = toolsOf(await importFile(file));
    expect(made).toMatchObject({ slug: name });
    const faulty = { mcpServers: { a: 'npx' } };
    const [dry, real] = [await dryRun(faulty), await importFile(faulty)];
    expect([dry.status, dry.body['errors']]).toEqual([real.status, real.body['errors']]);
  });

  it('names the first hundred faults of a file that has thousands', async () => {
    const env = Object.fromEntries(Array.from({ length: 3000 }, (_, index) => [`K${index}`, '${input:']));
    const { status, body } = await importFile({ mcpServers: { a: { command: 'x', env } } });
    expect(status).toBe(422);
    const errors = body['errors'] as { pointer: string }[];
    expect(new Set(errors.map(({ pointer }) => pointer)).size).toBe(100);
  });

  it.each([
    [{ mcpServers: {} }, ''],
    [{ server_json: { name: 'a/b', packages: [{ registryType: 'nuget', identifier: 'X' }] } }, '/server_json'],
    [
      { server_json: { name: 'a/b', packages: [{ registryType: 'npm', identifier: '--help' }] } },
      '/server_json/packages/0/identifier',
    ],
    [{ server_json: { name: 'a/b', remotes: [{ type: 'sse', url: 'ftp://x' }] } }, '/server_json/remotes/0/url'],
    [{ mcpServers: { a: { env: {} } } }, '/mcpServers/a'],
    [{ mcpServers: { a: 'npx' } }, '/mcpServers/a'],
    [{ server_json: JSON.parse(`{"a":${'['.repeat(200)}${']'.repeat(200)}}`) as object }, ''],
  ])('refuses %j at %s', async (file, place) => {
    const { status, body } = await importFile(file);
    expect(status).toBe(422);
    expect(body['errors']).toEqual([expect.objectContaining({ pointer: place })]);
  });
});

describe('an export', () => {
  it('of an imported server.json is that file again', async () => {
    const json = {
      $schema: 'https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json',
      name: `io.github.acme/${word()}`,
      description: 'Forecasts.',
      version: '1.0.0',
      packages: [
        {
          registryType: 'pypi',
          identifier: 'acme-weather',
          version: '1.0',
          transport: { type: 'stdio' },
          environmentVariables: [{ name: 'KEY', isSecret: true }],
        },
      ],
    };
    const [tool] = toolsOf(await importFile({ server_json: json }));
    expect(await exported(String(tool?.slug), 'format=server.json')).toEqual(json);
    expect(await exported(String(tool?.slug), '')).toEqual({
      mcpServers: { [String(tool?.slug)]: { command: 'uvx', args: ['acme-weather@1.0'], env: { KEY: '${KEY:-}' } } },
    });
  });

  it('by way of the platform leads to its endpoint', async () => {
    const name = word();
    await importFile({ mcpServers: { [name]: { command: 'x' } } });
    const url = `${app.url}/mcp/${name}/v1`;
    expect(await exported(name, 'format=mcp.json&via=platform')).toEqual({
      mcpServers: { [name]: { type: 'http', url, headers: { Authorization: 'Bearer ${MCP_PLATFORM_API_KEY}' } } },
    });
    expect(await exported(name, 'format=server.json&via=platform')).toMatchObject({
      remotes: [{ type: 'streamable-http', url }],
    });
    expect(await exported(name, 'format=vscode.json&via=platform')).toMatchObject({
      inputs: [{ type: 'promptString', id: 'MCP_PLATFORM_API_KEY', password: true }],
      servers: { [name]: { type: 'http', url, headers: { Authorization: 'Bearer ${input:MCP_PLATFORM_API_KEY}' } } },
    });
  });

  it('takes the formats and ways that there are', async () => {
    const [tool] = toolsOf(await importFile({ mcpServers: { [word()]: { command: 'x' } } }));
    const path = `/api/v1/mcps/${String(tool?.slug)}/export`;
    expect(await app.call('GET', `${path}?format=toml`, { token: ada.token })).toMatchObject({ status: 422 });
    expect(await app.call('GET', `${path}?via=moon`, { token: ada.token })).toMatchObject({ status: 422 });
    expect(await app.call('GET', '/api/v1/mcps/none/export', { token: ada.token })).toMatchObject({ status: 404 });
  });
});
