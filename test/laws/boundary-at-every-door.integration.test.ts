import { beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { discover, ofKind } from '../../infra/discover.ts';
import { exampleOf } from '../../infra/local/example.ts';
import { startGateway } from '../../infra/local/gateway/server.ts';
import { endpoint } from '../../lib/kernel/http/endpoint.ts';
import { splitRoute } from '../../lib/kernel/http/openapi.ts';
import { type App, type SignedUp, startApp } from '../harness.ts';
import { planted } from '../infra/local/gateway/fixture.ts';
import { isHarmless, openToStrangers } from './strangers.ts';

/* Law: a boundary is checked at every door. One function decides, and every way in asks it: for the secrecy of a value, for addresses, for Host and Origin. */

const ToolId = z.object({ tool_id: z.string() });
const flaws = [
  planted(
    'flaw-raw',
    endpoint({
      route: 'GET /api/v1/mcps/{tool_id}/flaw-raw',
      summary: 'Shows a configuration without asking who reads it',
      permission: 'mcps:read',
      uses: ['mysql'],
      params: ToolId,
      output: z.object({ config: z.unknown() }),
      run: async ({ params, services }) => ({ config: (await services.tools.find(params.tool_id))?.config }),
    }),
  ),
  planted(
    'flaw-unchecked',
    endpoint({
      route: 'POST /api/v1/flaw-unchecked',
      summary: 'Takes a configuration without asking about its addresses',
      permission: 'mcps:create',
      body: z.looseObject({}),
      output: z.object({}),
      run: () => ({}),
    }),
  ),
];

const found = [...(await discover()), ...flaws];
const reads = ofKind(found, 'endpoint').filter(({ declaration: { route } }) => route.startsWith('GET '));
/** No rule takes it for a secret; it is somebody's own all the same. */
const value = 'harmless-looking-value';
const slug = 'law-of-doors';
const remote = { name: 'far', url: 'https://mcp.example.com/mcp', headers: { 'X-Team': value } };
const local = { name: 'near', command: 'npx', args: ['-y', 'server@1.0.0'], env: { REGION: value } };

let app: App;
let author: SignedUp;
let readers: readonly (SignedUp | undefined)[];
let ids: Record<string, string>;
beforeAll(async () => {
  app = await startApp({
    functions: found,
    env: { RATE_LIMIT_SCALE: '100000', REGISTRY_READS: 'on', ALLOW_PRIVATE_ADDRESSES: 'false' },
  });
  const [made, other, viewer] = await Promise.all([app.signUp(), app.signUp(), app.signUp('viewer')]);
  author = made;
  readers = [undefined, other, viewer];
  const tool = { name: 'Doors', slug, status: 'active', version: '1.0.0', description: 'Has many doors' };
  const { body, text } = await post('/api/v1/mcps', { ...tool, config: { servers: [remote, local] } });
  const changed = { version: '1.1.0', config: { servers: [local, remote] } };
  await app.call('PUT', `/api/v1/mcps/${slug}`, { token: author.token, json: changed });
  const deployed = await post('/api/v1/deployments', {
    tool_id: body['id'],
    config: { server: 'far', access: 'team' },
  });
  if (deployed.status !== 201) throw new Error(`${text} ${deployed.text}`);
  ids = {
    tool_id: String(body['id']),
    slug,
    deployment_id: String(deployed.body['deployment_id']),
    user_id: author.id,
    serverName: encodeURIComponent(`1.0.0.127/${slug}`),
    name: slug,
    version: 'latest',
  };
});

const post = (path: string, json: unknown) => app.call('POST', path, { token: author.token, json });

/** Reads that show a value of somebody's to somebody else, and how many of the reads answered at all. */
async function disclosures(functions: typeof reads): Promise<{ faults: string[]; answered: number }> {
  const faults: string[] = [];
  let answered = 0;
  for (const { id, declaration } of functions) {
    const path = splitRoute(declaration.route).path.replace(
      /\{([^}]+)\}/g,
      (_, name: string) => ids[name] ?? author.id,
    );
    const query = declaration.query ? new URLSearchParams(textsOf(exampleOf(declaration.query))).toString() : '';
    // A reader who asks for what the tool is about gets it, whatever the example asks for.
    for (const suffix of new Set(['', `?${query}`]))
      for (const reader of readers) {
        const { status, text } = await app.call('GET', path + suffix, { token: reader?.token });
        if (status === 200) answered += 1;
        if (text.includes(value)) faults.push(`${id} shows the value to ${reader ? 'another user' : 'anybody'}`);
      }
  }
  return { faults: [...new Set(faults)], answered };
}

function textsOf(example: unknown): Record<string, string> {
  return Object.fromEntries(Object.entries(example ?? {}).map(([name, text]) => [name, String(text)]));
}

const metadata = 'http://169.254.169.254/latest/meta-data';
const server = { name: 'far', url: metadata };
const tool = { name: 'Doors', slug: 'law-of-addresses', version: '1.0.0' };
/** Every way to hand in an address that the platform would connect to. */
const addressDoors: Readonly<Record<string, () => Promise<{ status: number; text: string }>>> = {
  create: () => post('/api/v1/mcps', { ...tool, config: { servers: [server] } }),
  update: () =>
    app.call('PUT', `/api/v1/mcps/${slug}`, {
      token: author.token,
      json: { version: '2.0.0', config: { servers: [server] } },
    }),
  'import of a client’s file': () => post('/api/v1/mcps/import', { mcpServers: { far: { url: metadata } } }),
  'import of a server.json': () =>
    post('/api/v1/mcps/import', {
      server_json: {
        name: 'com.example/far',
        description: 'Far away',
        version: '1.0.0',
        remotes: [{ type: 'streamable-http', url: metadata }],
      },
    }),
  'sign-in of an application': () =>
    app.call('GET', `/oauth/authorize?response_type=code&client_id=${encodeURIComponent(`${metadata}/client.json`)}`),
};

async function openAddressDoors(doors: typeof addressDoors): Promise<string[]> {
  const open: string[] = [];
  for (const [name, ask] of Object.entries(doors)) {
    const { status } = await ask();
    if (status < 400 || status >= 500) open.push(`${name} answered ${status}`);
  }
  return open;
}

describe('a value of somebody’s', () => {
  it('is shown to nobody else, at any endpoint that reads', async () => {
    const { faults, answered } = await disclosures(reads.filter(({ id }) => id !== 'flaw-raw'));
    expect(faults).toEqual([]);
    expect(answered).toBeGreaterThan(60);
    expect((await app.call('GET', `/api/v1/mcps/${slug}`, { token: author.token })).text).toContain(value);
  });

  it('is in no report line', () => {
    expect(app.lines.length).toBeGreaterThan(100);
    expect(app.lines.filter((line) => line.includes(value))).toEqual([]);
  });

  it('is caught where it is shown', async () => {
    const { faults } = await disclosures(reads.filter(({ id }) => id === 'flaw-raw'));
    expect(faults).toEqual(['flaw-raw shows the value to another user']);
  });
});

describe('a metadata address', () => {
  it('is refused at every door', async () => {
    expect(await openAddressDoors(addressDoors)).toEqual([]);
  });

  it('is refused where a deployment’s variables lead to it', async () => {
    const config = { servers: [{ name: 'far', url: 'http://${HOST}/latest/meta-data' }] };
    const { body } = await post('/api/v1/mcps', { ...tool, slug: 'law-of-variables', status: 'active', config });
    const made = await post('/api/v1/deployments', {
      tool_id: body['id'],
      config: { environment: { HOST: '169.254.169.254' } },
    });
    if (made.status === 422) return;
    const { token } = author;
    await expect
      .poll(
        async () =>
          (await app.call('GET', `/api/v1/deployments/${String(made.body['deployment_id'])}`, { token })).body,
      )
      .toMatchObject({ status: 'failed' });
  });

  it('is caught where nobody asks', async () => {
    const flaw = () => post('/api/v1/flaw-unchecked', { config: { servers: [server] } });
    expect(await openAddressDoors({ flaw })).toEqual(['flaw answered 200']);
  });
});

describe('a foreign', () => {
  it('Host is refused by every function', async () => {
    expect(await openToStrangers(app.url, found, { host: 'evil.example' })).toEqual([]);
  });

  it('Origin changes nothing and reads nothing that is not for anybody', async () => {
    expect(await openToStrangers(app.url, found, { origin: 'https://evil.example' }, isHarmless)).toEqual([]);
  });

  it('Host is caught where it is served', async () => {
    const open = await startGateway({
      functions: flaws,
      port: 0,
      stage: 'test',
      credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
      baseUrl: 'http://evil.example',
    });
    try {
      const faults = await openToStrangers(open.url, flaws, { host: 'evil.example' });
      expect(faults).toEqual([
        expect.stringContaining('flaw-raw answered'),
        expect.stringContaining('flaw-unchecked answered'),
      ]);
    } finally {
      await open.stop();
    }
  });
});
