import { WebSocket } from 'ws';
import { beforeAll, describe, expect, it } from 'vitest';
import { type App, type SignedUp, startApp } from '../../harness.ts';
import { waitUntil } from '../../wait-until.ts';

/* Literal values of variables and headers are shown to a tool's author and to admins; everybody else, and whoever reads the registry, sees names. */

let app: App;
let author: SignedUp;
let other: SignedUp;
let viewer: SignedUp;
let admin: SignedUp;
let id = '';
/** Values that no rule takes for secrets. */
const values = ['harmless-looking-a', 'harmless-looking-b', 'harmless-looking-c', 'harmless-looking-d'];
const [first, second, third, fourth] = values as [string, string, string, string];
const heard: string[] = [];
let socket: WebSocket;

const server_json = {
  name: 'io.example/tickets',
  description: 'Opens tickets',
  version: '1.0.0',
  packages: [
    { registryType: 'npm', identifier: 'x', environmentVariables: [{ name: 'MODE', value: fourth, default: 'a' }] },
  ],
};
const configOf = (value: string) => ({
  servers: [
    {
      name: 'local',
      command: 'npx',
      args: ['-y', 'zebratickets@1.0.0'],
      env: { REGION: value, HOST: '${HOST:-harmless-looking-c}' },
    },
    {
      name: 'remote',
      url: 'https://mcp.example.com/mcp',
      headers: { 'X-Team': third, Authorization: 'Bearer ${TOKEN}' },
    },
  ],
  server_json,
});
const call = (method: string, path: string, by?: SignedUp, json?: unknown) =>
  app.call(method, path, { token: by?.token, ...(json !== undefined && { json }) });

beforeAll(async () => {
  app = await startApp({ env: { REGISTRY_READS: 'on' } });
  [author, other, viewer] = await Promise.all([app.signUp(), app.signUp(), app.signUp('viewer')]);
  admin = await app.enterAdmin();
  const { body } = await call('POST', '/api/v1/auth/ticket', other);
  socket = new WebSocket(`${app.url.replace('http', 'ws')}/ws?ticket=${String(body['ticket'])}`);
  socket.on('message', (data) => heard.push((data as Buffer).toString()));
  await waitUntil('connected', () => heard.join().includes('connected'));
  socket.send(JSON.stringify({ type: 'subscribe', channel: 'mcps' }));
  await waitUntil('subscribed', () => heard.join().includes('subscribed'));
  const about = { name: 'Zebratickets', slug: 'zebratickets', description: 'Opens zebratickets', status: 'active' };
  const made = await call('POST', '/api/v1/mcps', author, { ...about, version: '1.0.0', config: configOf(first) });
  id = String(made.body['id']);
  const next = await call('PUT', `/api/v1/mcps/${id}`, author, { version: '1.1.0', config: configOf(second) });
  if (next.status !== 200) throw new Error(`${made.text} ${next.text}`);
  return () => socket.terminate();
});

const doors = [
  '',
  '/history',
  '/diff?from=1&to=2',
  '/export?format=mcp.json',
  '/export?format=vscode.json',
  '/export?format=server.json',
  '/export?format=mcp.json&via=platform',
];

describe('a literal value of a variable or header', () => {
  it.each(doors)('at GET /mcps/{id}%s is for the author and admins', async (path) => {
    const read = async (by: SignedUp) => {
      const { status, text } = await call('GET', `/api/v1/mcps/${id}${path}`, by);
      expect(status, text).toBe(200);
      return values.filter((value) => text.includes(value)).length;
    };
    expect(await read(other)).toBe(0);
    expect(await read(viewer)).toBe(0);
    if (path.includes('platform')) return;
    expect(await read(author)).toBeGreaterThan(0);
    expect(await read(admin)).toBe(await read(author));
  });

  it('leaves its name, in a form that can be used', async () => {
    const { body } = await call('GET', `/api/v1/mcps/${id}`, other);
    expect(body['config']).toMatchObject({
      servers: [
        { env: { REGION: '${REGION}', HOST: '${HOST}' } },
        { headers: { 'X-Team': '${X_TEAM}', Authorization: 'Bearer ${TOKEN}' } },
      ],
      server_json: { packages: [{ environmentVariables: [{ name: 'MODE', default: 'a' }] }] },
    });
  });

  it('is not in the registry, for anybody', async () => {
    for (const by of [undefined, author])
      for (const path of ['/v0.1/servers', '/v0.1/servers/1.0.0.127%2Fzebratickets/versions']) {
        const { status, text } = await call('GET', path, by);
        expect(status, text).toBe(200);
        expect(text).toContain('"REGION"');
        expect(values.filter((value) => text.includes(value))).toEqual([]);
      }
  });

  it('is not in what an analysis, or a configuration that is made of it, answers somebody else', async () => {
    const requests: [string, object][] = [
      ['feasibility', { tool_id: id }],
      ['improvements', { tool_id: id }],
      ['generate-config', { requirements: { tool_name: 'zebratickets', description: 'zebratickets' } }],
    ];
    for (const [kind, body] of requests) {
      const { status, text } = await call('POST', `/api/v1/analyze/${kind}?wait=25`, other, body);
      expect(status, text).toBe(200);
      if (kind === 'generate-config') expect(text).toContain('zebratickets@1.0.0');
      expect(
        values.filter((value) => text.includes(value)),
        kind,
      ).toEqual([]);
    }
  });

  it('is not in what a socket hears', async () => {
    await expect.poll(() => heard.filter((text) => text.includes(id)).length).toBeGreaterThanOrEqual(2);
    expect(values.filter((value) => heard.join().includes(value))).toEqual([]);
  });
});
