import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { allEventsOf, logsOf, rawClient } from './raw-client.ts';
import { type RunningReplica, runReplica } from './running-replica.ts';
import { waitUntil } from '../../wait-until.ts';

let running: RunningReplica;
let raw: ReturnType<typeof rawClient>;

beforeAll(async () => {
  running = await runReplica();
  raw = rawClient(running.mcp);
});
afterAll(() => running.stop());

const envelope = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientInfo': { name: 'raw', version: '1' },
  'io.modelcontextprotocol/clientCapabilities': {},
};
const version = { 'MCP-Protocol-Version': '2026-07-28' };
const request = (method: string, params: object = {}, meta: object = {}) => ({
  jsonrpc: '2.0',
  id: 5,
  method,
  params: { ...params, _meta: { ...envelope, ...meta } },
});
const post = (method: string, params: object = {}, headers: Record<string, string> = {}, meta: object = {}) =>
  raw.post(request(method, params, meta), { ...version, 'Mcp-Method': method, ...headers });

async function modern(mode: 'auto' | 'legacy'): Promise<Client> {
  const client = new Client({ name: 'v2', version: '1' }, { versionNegotiation: { mode } });
  await client.connect(new StreamableHTTPClientTransport(running.mcp, { requestInit: { headers: running.headers } }));
  return client;
}

it('serves the v2 client without a session: tools, resources, prompts, progress', async () => {
  const client = await modern('auto');
  expect(client.getProtocolEra()).toBe('modern');
  expect((await client.listTools()).tools.map(({ name }) => name)).toContain('echo');
  const { content } = await client.callTool({ name: 'echo', arguments: { text: 'hello' } });
  expect(content).toMatchObject([{ text: 'hello' }]);
  expect((await client.listResources()).resources).toHaveLength(3);
  expect((await client.readResource({ uri: 'test://static-text' })).contents).toHaveLength(1);
  expect((await client.getPrompt({ name: 'test_simple_prompt' })).messages).toHaveLength(1);
  const progress: number[] = [];
  await client.callTool({ name: 'test_tool_with_progress' }, { onprogress: (told) => progress.push(told.progress) });
  expect(progress).toEqual([0, 50, 100]);
  await client.close();
});

it('serves the v2 client in a session when it asks for one', async () => {
  const client = await modern('legacy');
  const { content } = await client.callTool({ name: 'echo', arguments: { text: 'hello' } });
  expect(content).toMatchObject([{ text: 'hello' }]);
  await client.close();
});

it('says what it speaks and who is behind it', async () => {
  const response = await post('server/discover');
  expect(response.headers.get('mcp-session-id')).toBeNull();
  expect(await response.json()).toEqual({
    jsonrpc: '2.0',
    id: 5,
    result: {
      resultType: 'complete',
      supportedVersions: ['2026-07-28', '2025-11-25', '2025-06-18', '2025-03-26', '2024-11-05'],
      capabilities: {
        tools: { listChanged: true },
        resources: { listChanged: true, subscribe: true },
        prompts: { listChanged: true },
        completions: {},
      },
      ttlMs: 0,
      cacheScope: 'private',
      _meta: { 'io.modelcontextprotocol/serverInfo': { name: 'fixture', version: '1.0.0' } },
    },
  });
});

it('marks results as this revision wants them', async () => {
  const { result } = (await (await post('tools/list')).json()) as { result: object };
  expect(result).toMatchObject({ resultType: 'complete', ttlMs: 0, cacheScope: 'private' });
});

it('takes a name that no header can hold', async () => {
  const name = 'werkzeug-ü';
  const encoded = `=?base64?${Buffer.from(name).toString('base64')}?=`;
  const response = await post('tools/call', { name }, { 'Mcp-Name': encoded });
  expect(await response.json()).toMatchObject({ error: { code: -32602 } });
});

it.each([
  ['another method in the header', 'tools/list', {}, { 'Mcp-Method': 'tools/call' }, {}, 400, -32020],
  ['another name in the header', 'tools/call', { name: 'echo' }, { 'Mcp-Name': 'large' }, {}, 400, -32020],
  ['a name without its header', 'tools/call', { name: 'echo' }, {}, {}, 400, -32020],
  ['another version in the header', 'tools/list', {}, { 'MCP-Protocol-Version': '2027-01-01' }, {}, 400, -32020],
  [
    'a version of the future',
    'tools/list',
    {},
    { 'MCP-Protocol-Version': '2027-01-01' },
    { 'io.modelcontextprotocol/protocolVersion': '2027-01-01' },
    400,
    -32022,
  ],
  ['no capabilities', 'tools/list', {}, {}, { 'io.modelcontextprotocol/clientCapabilities': 1 }, 400, -32602],
  ['a method that this revision dropped', 'logging/setLevel', { level: 'info' }, {}, {}, 404, -32601],
  ['an unknown method', 'does/not-exist', {}, {}, {}, 404, -32601],
  ['an unknown resource', 'resources/read', { uri: 'test://no' }, { 'Mcp-Name': 'test://no' }, {}, 200, -32602],
])('refuses %s', async (_what, method, params, headers, meta, status, code) => {
  const response = await post(method, params, headers, meta);
  expect([response.status, await response.json()]).toMatchObject([status, { id: 5, error: { code } }]);
});

it('names the versions that it speaks to who asks for another', async () => {
  const response = await post(
    'tools/list',
    {},
    { 'MCP-Protocol-Version': '2027-01-01' },
    { 'io.modelcontextprotocol/protocolVersion': '2027-01-01' },
  );
  const { error } = (await response.json()) as { error: { data: object } };
  expect(error.data).toMatchObject({ requested: '2027-01-01', supported: expect.arrayContaining(['2026-07-28']) });
});

it('streams progress without event ids, under the token of the caller', async () => {
  const params = { name: 'test_tool_with_progress' };
  const response = await post('tools/call', params, { 'Mcp-Name': params.name }, { progressToken: 'mine' });
  const events = await allEventsOf(response);
  expect(events.every(({ id }) => id === undefined)).toBe(true);
  expect(events[0]?.data).toMatchObject({ method: 'notifications/progress', params: { progressToken: 'mine' } });
  expect(events.at(-1)?.data).toMatchObject({ id: 5, result: { resultType: 'complete' } });
});

it('cancels a call whose caller went away', async () => {
  const stop = new AbortController();
  const gone = fetch(running.mcp, {
    method: 'POST',
    headers: { ...running.headers, ...version, 'Mcp-Method': 'tools/call', 'Mcp-Name': 'wait' },
    body: JSON.stringify(request('tools/call', { name: 'wait', arguments: { ms: 60_000 } })),
    signal: stop.signal,
  });
  await waitUntil('the call', async () => (await logsOf(running)).includes('waits 60000 ms'));
  stop.abort();
  await expect(gone).rejects.toThrow('aborted');
  await waitUntil('the cancellation', async () => (await logsOf(running)).includes('wait was cancelled'));
});

it('lets a server that asks for the client know that there is none', async () => {
  const params = { name: 'test_sampling', arguments: { prompt: 'x' } };
  const response = await post('tools/call', params, { 'Mcp-Name': params.name });
  expect(JSON.stringify(await response.json())).toMatch(/sampling/i);
});

it('answers calls whose server ended, and the next ones as soon as it is back', async () => {
  const params = { name: 'crash' };
  const response = await post('tools/call', params, { 'Mcp-Name': 'crash' });
  expect(await response.json()).toMatchObject({ id: 5, error: { code: -32000 } });
  const next = await post('tools/list');
  expect([next.status, await next.json()]).toMatchObject([200, { id: 5, result: { resultType: 'complete' } }]);
  await running.platform.reported(({ state, restarts }) => state === 'ready' && restarts === 1);
});
