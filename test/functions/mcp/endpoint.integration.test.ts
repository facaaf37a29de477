import { beforeAll, describe, expect, it } from 'vitest';
import { type App, type CallOptions, type SignedUp, startApp } from '../../harness.ts';
import { deployed } from '../deployments/deploy.ts';
import { connectV1, connectV2 } from './clients.ts';
import { waitUntil } from '../../wait-until.ts';

let app: App;
let owner: SignedUp;
let other: SignedUp;
let viewer: SignedUp;
let key: string;
let slug: string;
let url: string;
/** Nobody's but its owner's. */
let own: Awaited<ReturnType<typeof deployed>>;
beforeAll(async () => {
  app = await startApp({ env: { RATE_LIMIT_SCALE: '1000' } });
  [owner, other, viewer] = await Promise.all([app.signUp(), app.signUp(), app.signUp('viewer')]);
  key = await newKey(owner.token);
  const [made, hidden] = await Promise.all([
    deployed(app, owner.token, { access: 'team' }),
    deployed(app, owner.token),
  ]);
  ({ slug } = made.tool);
  own = hidden;
  url = `${app.url}/mcp/${slug}/v1`;
});

async function newKey(token: string, more: object = {}): Promise<string> {
  const made = await app.call('POST', '/api/v1/auth/api-keys', { token, json: { name: 'test', ...more } });
  return String(made.body['key']);
}

const initialize = {
  jsonrpc: '2.0',
  id: 1,
  method: 'initialize',
  params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'raw', version: '1' } },
};
const mcpHeaders = { accept: 'application/json, text/event-stream' };
const post = (message: object, { headers, ...options }: CallOptions, to = slug) =>
  app.call('POST', `/mcp/${to}/v1`, { json: message, headers: { ...mcpHeaders, ...headers }, ...options });

describe('the official clients', () => {
  it('v1 with an API key: connects, lists, calls, is told of progress', async () => {
    const client = await connectV1(url, { 'x-api-key': key });
    expect((await client.listTools()).tools.map(({ name }) => name)).toContain('echo');
    const progress: number[] = [];
    const counted = await client.callTool({ name: 'count', arguments: { to: 3, pause_ms: 300 } }, undefined, {
      onprogress: (step) => progress.push(step.progress),
    });
    expect(counted.content).toEqual([{ type: 'text', text: 'counted to 3' }]);
    expect(progress).toEqual([1, 2, 3]);
    // Each comes as it is sent, not all at the end: there is time to change one's mind.
    const leaving = new AbortController();
    const left = client.callTool({ name: 'count', arguments: { to: 100, pause_ms: 300 } }, undefined, {
      onprogress: () => leaving.abort(),
      signal: leaving.signal,
    });
    await expect(left).rejects.toThrow('abort');
    await client.close();
  });

  it.each(['auto', 'legacy'] as const)('v2 (%s) with an access token: connects, lists, calls', async (mode) => {
    const client = await connectV2(url, { authorization: `Bearer ${owner.token}` }, mode);
    expect((await client.listTools()).tools.map(({ name }) => name)).toContain('echo');
    const result = await client.callTool({ name: 'echo', arguments: { message: 'hello' } });
    expect(result.content).toEqual([{ type: 'text', text: 'hello' }]);
    await client.close();
  });

  it('get a result of four megabytes whole', async () => {
    const client = await connectV1(url, { 'x-api-key': key });
    const result = await client.callTool({ name: 'large', arguments: { bytes: 4_000_000 } });
    const [first] = result.content as { text: string }[];
    expect(first?.text.length).toBe(4_000_000);
    await client.close();
  });
});

describe('who may call', () => {
  it('nobody without a credential: 401 that says where to read on', async () => {
    const refused = await post(initialize, {});
    expect(refused.status).toBe(401);
    const metadata = `${app.url}/.well-known/oauth-protected-resource/mcp/${slug}/v1`;
    const where = `resource_metadata="${metadata}", scope="mcp:call"`;
    expect(refused.headers.get('www-authenticate')).toBe(`Bearer ${where}`);
    const read = await app.call('GET', new URL(metadata).pathname);
    expect(read.body).toMatchObject({ resource: url, bearer_methods_supported: ['header'] });
    const unknown = await app.call('GET', '/.well-known/oauth-protected-resource/mcp/nothing-there/v1');
    expect([unknown.status, unknown.body['resource']]).toEqual([200, `${app.url}/mcp/nothing-there/v1`]);
    const root = await app.call('GET', '/.well-known/oauth-protected-resource');
    expect(root.body).toMatchObject({ resource: app.url });
    const wrong = await post(initialize, { apiKey: `${key}x` });
    const why = 'The access token or API key is invalid or expired.';
    expect(wrong.headers.get('www-authenticate')).toBe(
      `Bearer error="invalid_token", error_description="${why}", ${where}`,
    );
  });

  it('nobody without the permission', async () => {
    expect((await post(initialize, { token: viewer.token })).status).toBe(403);
    expect((await post(initialize, { apiKey: await newKey(viewer.token) })).status).toBe(403);
    expect((await post(initialize, { apiKey: await newKey(owner.token, { scopes: ['mcps:read'] }) })).status).toBe(403);
  });

  it('a key that is held to servers calls those alone', async () => {
    expect((await post(initialize, { apiKey: await newKey(owner.token, { servers: ['another'] }) })).status).toBe(403);
    expect((await post(initialize, { apiKey: await newKey(owner.token, { servers: [slug] }) })).status).toBe(200);
  });

  it('everybody of the team; of a private one its owner and admins, for others it is not there', async () => {
    expect((await post(initialize, { token: other.token })).status).toBe(200);
    const [missing, hidden] = [
      await post(initialize, { token: other.token }, 'no-such-server'),
      await post(initialize, { token: other.token }, own.tool.slug),
    ];
    expect([missing.status, hidden.status]).toEqual([404, 404]);
    expect(hidden.body['detail']).toBe(missing.body['detail']);
    expect((await post(initialize, { token: (await app.enterAdmin()).token }, own.tool.slug)).status).toBe(200);
    expect((await post(initialize, { token: owner.token }, own.tool.slug)).status).toBe(200);
  });

  it('no page of another site', async () => {
    const from = async (headers: Record<string, string>) => (await post(initialize, { apiKey: key, headers })).status;
    expect(await from({ origin: 'https://evil.example' })).toBe(403);
    expect(await from({ origin: 'null' })).toBe(403);
    expect(await from({ origin: 'http://localhost:6274' })).toBe(200);
    expect(await from({ origin: app.url })).toBe(200);
  });
});

describe('a session', () => {
  it('belongs to the caller who opened it', async () => {
    const opened = await post(initialize, { token: owner.token });
    const session = { 'mcp-session-id': opened.headers.get('mcp-session-id') ?? '' };
    const list = { jsonrpc: '2.0', id: 2, method: 'tools/list' };
    expect((await post(list, { token: owner.token, headers: session })).status).toBe(200);
    expect((await post(list, { apiKey: key, headers: session })).status).toBe(200);
    const foreign = await post(list, { token: other.token, headers: session });
    expect([foreign.status, foreign.body]).toMatchObject([404, { id: 2, error: { message: 'Session not found' } }]);
    const made = await post(list, { token: owner.token, headers: { 'mcp-session-id': 'made-up' } });
    expect(made.status).toBe(404);
    const gone = await app.call('DELETE', `/mcp/${slug}/v1`, { token: owner.token, headers: session });
    expect(gone.status).toBeLessThan(300);
    expect((await post(list, { token: owner.token, headers: session })).status).toBe(404);
  });

  it('gives the server no credential of the caller', async () => {
    const tools = await app.call('POST', `/mcp/${slug}/v1/tools/variable`, {
      apiKey: key,
      json: { name: 'HTTP_X_API_KEY' },
    });
    expect(tools.text).not.toContain(key);
  });
});

describe('plain JSON', () => {
  const callTool = (tool: string, options: CallOptions) =>
    app.call('POST', `/mcp/${slug}/v1/tools/${tool}`, { apiKey: key, ...options });

  it('lists the tools', async () => {
    const { status, body } = await app.call('GET', `/mcp/${slug}/v1/tools`, { apiKey: key });
    expect(status).toBe(200);
    expect((body['tools'] as { name: string; inputSchema: object }[])[0]).toMatchObject({
      name: 'echo',
      inputSchema: {},
    });
  });

  it('calls one, and answers its structured content if there is any', async () => {
    expect((await callTool('sum', { json: { a: 2, b: 3 } })).body).toEqual({ sum: 5 });
    expect((await callTool('echo', { json: { message: 'hi' } })).body).toEqual({
      content: [{ type: 'text', text: 'hi' }],
    });
    expect((await callTool('fail', { json: {} })).body).toMatchObject({ isError: true });
  });

  it('refuses what makes no sense', async () => {
    expect((await callTool('no-such-tool', { json: {} })).status).toBe(404);
    expect((await callTool('echo', { raw: '{"a":' })).status).toBe(400);
    expect((await callTool('echo', { json: [1] })).status).toBe(422);
    expect((await callTool('echo', { json: {}, apiKey: await newKey(viewer.token) })).status).toBe(403);
  });
});

describe('what is counted', () => {
  it('is each call once, with its outcome and duration', async () => {
    const read = async () => {
      const { body } = await app.call('GET', `/api/v1/deployments/${own.id}`, { token: owner.token });
      return body as { metrics: { requests_total: number; error_rate: number }; last_called_at: string };
    };
    const call = (tool: string) =>
      app.call('POST', `/mcp/${own.tool.slug}/v1/tools/${tool}`, { apiKey: key, json: { message: 'x' } });
    for (const tool of ['echo', 'echo', 'echo', 'fail']) await call(tool);
    const wanted = app.lines.filter((line) => line.includes(`"deployment_id":"${own.id}"`)).length;
    expect(wanted).toBeGreaterThanOrEqual(4);
    const view = await waitUntil('every call that was reported', async () => {
      const seen = await read();
      return seen.metrics.requests_total >= wanted && seen;
    });
    expect(view).toMatchObject({
      metrics: { requests_total: wanted, avg_response_time_ms: expect.any(Number) as unknown },
      last_called_at: expect.any(String) as unknown,
    });
    expect(view.metrics.error_rate).toBeCloseTo(1 / wanted);
  });
});

describe('a message that cannot be taken', () => {
  it('gets a JSON-RPC error', async () => {
    const answer = await app.call('POST', `/mcp/${slug}/v1`, { apiKey: key, raw: '{"jsonrpc"', headers: mcpHeaders });
    expect([answer.status, answer.body]).toMatchObject([400, { jsonrpc: '2.0', id: null, error: { code: -32_700 } }]);
  });

  it('and so does one to a server that has gone: 404 after it was stopped', async () => {
    await app.call('DELETE', `/api/v1/deployments/${own.id}`, { token: owner.token });
    expect((await post(initialize, { token: owner.token }, own.tool.slug)).status).toBe(404);
  });
});
