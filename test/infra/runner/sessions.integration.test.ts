import {
  CreateMessageRequestSchema,
  ElicitRequestSchema,
  ToolListChangedNotificationSchema,
} from '@modelcontextprotocol/sdk/types.js';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { processIdentity } from '../../../infra/local/process/process-identity.ts';
import { callTool, connect } from './call-tool.ts';
import { allEventsOf, call, type Event, eventsOf, logsOf, rawClient, textOf } from './raw-client.ts';
import { type RunningReplica, runReplica } from './running-replica.ts';
import { waitUntil } from '../../wait-until.ts';

let running: RunningReplica;
let client: ReturnType<typeof rawClient>;

beforeAll(async () => {
  running = await runReplica();
  client = rawClient(running.mcp);
});
afterAll(() => running.stop());

it('answers the v1 client: tools, resources, prompts, completion, ping', async () => {
  const v1 = await connect(running.mcp);
  expect((await v1.listTools()).tools.map(({ name }) => name)).toContain('echo');
  expect((await v1.readResource({ uri: 'test://template/7/data' })).contents[0]).toMatchObject({
    mimeType: 'application/json',
  });
  expect((await v1.getPrompt({ name: 'test_simple_prompt' })).messages).toHaveLength(1);
  const ref = { type: 'ref/prompt' as const, name: 'test_prompt_with_arguments' };
  await v1.complete({ ref, argument: { name: 'arg1', value: 'p' } });
  await v1.ping();
  await v1.close();
});

it('gives each session a server of its own', async () => {
  const [a, b] = await Promise.all([connect(running.mcp), connect(running.mcp)]);
  const pid = async (of: typeof a) => JSON.stringify((await of.callTool({ name: 'process_id' })).content);
  expect(await pid(a)).not.toBe(await pid(b));
  expect(await pid(a)).toBe(await pid(a));
  await Promise.all([a.close(), b.close()]);
});

it('keeps concurrent calls of a session apart', async () => {
  const v1 = await connect(running.mcp);
  const texts = Array.from({ length: 50 }, (_, index) => `call ${index}`);
  const answers = await Promise.all(texts.map((text) => v1.callTool({ name: 'echo', arguments: { text } })));
  expect(answers.map(({ content }) => (content as { text: string }[])[0]?.text)).toEqual(texts);
  await v1.close();
});

it('carries a large result', async () => {
  expect((await callTool(running.mcp, 'large', { characters: 5_000_000 })).length).toBe(5_000_000);
});

it('puts progress on the stream of its call', async () => {
  const session = await client.open();
  const [one, two] = await Promise.all(
    ['one', 'two'].map((token) =>
      client.post(call(token, 'test_tool_with_progress', {}, { progressToken: token }), session).then(allEventsOf),
    ),
  );
  for (const [token, events] of Object.entries({ one, two })) {
    const messages = (events ?? []).flatMap(({ data }) => (data === undefined ? [] : [data]));
    expect(messages.slice(0, 3)).toMatchObject(
      [0, 50, 100].map((progress) => ({ params: { progressToken: token, progress } })),
    );
    expect(messages[3]).toMatchObject({ id: token });
  }
});

it.each([1, 2, 3])('loses no request of the server to a stream that is not open yet (%i)', async () => {
  const session = await client.open({ sampling: {} });
  const response = await client.post(call(1, 'test_sampling', { prompt: 'hi' }), session);
  let answer: unknown;
  for await (const { data } of eventsOf(response)) {
    const { id, method } = (data ?? {}) as { id?: number; method?: string };
    if (method === 'sampling/createMessage') {
      const result = { role: 'assistant', model: 'm', content: { type: 'text', text: 'hello' } };
      expect((await client.post({ jsonrpc: '2.0', id, result }, session)).status).toBe(202);
    } else if (data !== undefined) answer = data;
  }
  expect(textOf(answer)).toBe('LLM response: hello');
});

it('lets a server ask the client in the middle of a call', async () => {
  const v1 = await connect(running.mcp, { sampling: {}, elicitation: {} });
  v1.setRequestHandler(CreateMessageRequestSchema, () => ({
    role: 'assistant',
    model: 'm',
    content: { type: 'text', text: 'sampled' },
  }));
  v1.setRequestHandler(ElicitRequestSchema, () => ({ action: 'accept', content: { username: 'u', email: 'e' } }));
  const sampled = await v1.callTool({ name: 'test_sampling', arguments: { prompt: 'p' } });
  const elicited = await v1.callTool({ name: 'test_elicitation', arguments: { message: 'm' } });
  expect(JSON.stringify([sampled.content, elicited.content])).toContain('LLM response: sampled');
  expect(JSON.stringify(elicited.content)).toContain('action=accept');
  await v1.close();
});

it("keeps what belongs to no call for the session's own stream", async () => {
  const session = await client.open();
  await (await client.post(call(1, 'announce'), session)).text();
  const stop = new AbortController();
  const events = eventsOf(await client.get(session, stop.signal));
  const seen: Event[] = [];
  for await (const event of events) {
    seen.push(event);
    if (event.data !== undefined) break;
  }
  expect(seen[0]).toEqual({ id: 'standalone_0', data: undefined });
  expect(seen[1]?.data).toMatchObject({ method: 'notifications/tools/list_changed' });
  stop.abort();
});

it('tells the v1 client of changed lists', async () => {
  const v1 = await connect(running.mcp);
  const told = new Promise<void>((resolve) =>
    v1.setNotificationHandler(ToolListChangedNotificationSchema, () => resolve()),
  );
  await v1.callTool({ name: 'announce' });
  await expect(told).resolves.toBeUndefined();
  await v1.close();
});

it('goes on with a broken stream from the last event', async () => {
  const session = await client.open();
  const response = await client.post(call(1, 'test_tool_with_progress', {}, { progressToken: 't' }), session);
  let last: string | undefined;
  for await (const { id, data } of eventsOf(response)) {
    last = id;
    if (data !== undefined) break;
  }
  await waitUntil('the end of the call', async () => (await logsOf(running)).includes('progress is over'));
  const rest = await allEventsOf(await client.get({ ...session, 'Last-Event-ID': last ?? '' }));
  const messages = rest.flatMap(({ data }) => (data === undefined ? [] : [data]));
  expect(messages).toMatchObject([{ params: { progress: 50 } }, { params: { progress: 100 } }, { id: 1 }]);
  const end = rest.at(-1)?.id ?? '';
  expect((await client.get({ ...session, 'Last-Event-ID': end })).status).toBe(204);
});

it('answers a slow call as a stream that can be resumed, a quick one as plain JSON', async () => {
  const session = await client.open();
  const quick = await client.post(call(1, 'echo', { text: 'quick' }), session);
  expect(quick.headers.get('content-type')).toBe('application/json');
  const slow = await client.post(call(2, 'wait', { ms: 2_300 }), session);
  expect(slow.headers.get('content-type')).toBe('text/event-stream');
  const events = await allEventsOf(slow);
  expect(events[0]?.data).toBeUndefined();
  expect(textOf(events.at(-1)?.data)).toBe('waited');
});

it('primes no stream for clients that do not know that', async () => {
  const session = await client.open({}, '2025-06-18');
  const events = await allEventsOf(await client.post(call(1, 'test_tool_with_logging'), session));
  expect(events.every(({ data }) => data !== undefined)).toBe(true);
});

it('answers what the client takes', async () => {
  const session = await client.open();
  const accept = (Accept: string) => client.post(call(1, 'echo', { text: 'x' }), { ...session, Accept });
  expect((await accept('text/event-stream')).headers.get('content-type')).toBe('text/event-stream');
  const plain = await client.post(call(2, 'test_tool_with_logging'), { ...session, Accept: 'application/json' });
  expect(plain.headers.get('content-type')).toBe('application/json');
  expect(await plain.json()).toMatchObject({ id: 2 });
  expect((await accept('text/html')).status).toBe(406);
});

it('passes a cancellation on and ends the call without an answer', async () => {
  const session = await client.open();
  const response = client.post(call('long', 'wait', { ms: 60_000 }), session);
  await waitUntil('the call', async () => (await logsOf(running)).includes('waits 60000 ms'));
  const params = { requestId: 'long', reason: 'enough' };
  await client.post({ jsonrpc: '2.0', method: 'notifications/cancelled', params }, session);
  const events = await allEventsOf(await response);
  expect(events.filter(({ data }) => data !== undefined)).toEqual([]);
  const logs = await logsOf(running);
  expect(logs).toContain('wait was cancelled');
});

it('ends a session with its process when it is deleted', async () => {
  const session = await client.open();
  const pid = Number(textOf(await (await client.post(call(1, 'process_id'), session)).json()));
  expect((await client.delete(session)).status).toBe(204);
  expect((await client.post(call(2, 'echo', { text: 'x' }), session)).status).toBe(404);
  await waitUntil('the end of the process', () => processIdentity(pid) === undefined);
});

it('answers calls whose server ended, and forgets the session', async () => {
  const session = await client.open();
  const response = await client.post(call(1, 'crash'), session);
  expect(await response.json()).toMatchObject({
    id: 1,
    error: { code: -32000, message: 'The MCP server is gone: ended with status 3' },
  });
  expect((await client.post(call(2, 'echo', { text: 'x' }), session)).status).toBe(404);
  const report = await running.platform.reported(({ last_error }) => last_error !== undefined);
  expect(report.last_error?.reason).toBe("a session's server ended with status 3");
});

it('passes on a batch and answers it as one', async () => {
  const session = await client.open();
  const response = await client.post([call(1, 'echo', { text: 'a' }), call(2, 'echo', { text: 'b' })], session);
  expect(new Set(((await response.json()) as unknown[]).map(textOf))).toEqual(new Set(['a', 'b']));
});

it('passes messages on as they were written', async () => {
  const session = await client.open();
  const body = `{"jsonrpc": "2.0",\n "id": 1, "method": "tools/call",\n "params": {"name": "echo", "arguments": {"text": "\u2028 ünï\\u0000 1e400"}}}`;
  expect(textOf(await (await client.post(body, session)).json())).toBe('\u2028 ünï\u0000 1e400');
});

it.each([
  ['no secret', { 'X-Runner-Secret': '' }, call(1, 'echo'), 401],
  ['a wrong secret', { 'X-Runner-Secret': 'x'.repeat(29) }, call(1, 'echo'), 401],
  ['a foreign origin', { Origin: 'https://evil.example' }, call(1, 'echo'), 403],
  ['no session', {}, call(1, 'echo'), 400],
  ['an unknown session', { 'Mcp-Session-Id': 'nobody' }, call(1, 'echo'), 404],
  ['no JSON', {}, '{', 400],
  ['no JSON-RPC', {}, { hello: 1 }, 400],
  ['an empty batch', {}, [], 400],
])('refuses %s', async (_what, headers, body, status) => {
  const response = await client.post(body, headers);
  expect(response.status).toBe(status);
  await response.text();
});

it('refuses an unknown protocol version, and an id twice at the same time', async () => {
  const session = await client.open();
  const unknown = await client.post(call(1, 'echo', { text: 'x' }), {
    ...session,
    'MCP-Protocol-Version': '1999-01-01',
  });
  expect(unknown.status).toBe(400);
  const first = client.post(call(7, 'wait', { ms: 1_500 }), session);
  await waitUntil('the call', async () => (await logsOf(running)).includes('waits 1500 ms'));
  expect((await client.post(call(7, 'wait', { ms: 1 }), session)).status).toBe(400);
  expect(textOf(await (await first).json())).toBe('waited');
});

it('shows its health, and the last log lines', async () => {
  const health = await fetch(`${running.url}/healthz`, { headers: running.headers });
  expect(await health.json()).toMatchObject({ state: 'ready', restarts: 0, server_info: { name: 'fixture' } });
  await callTool(running.mcp, 'write_error', { text: 'a line to find' });
  const lines = (await (await fetch(`${running.url}/logs?lines=3`, { headers: running.headers })).text())
    .trim()
    .split('\n');
  expect(lines).toHaveLength(3);
  const found = lines.map((line) => JSON.parse(line) as { at: string; stream: string; text: string });
  expect(found).toContainEqual({ at: expect.any(String), stream: 'stderr', text: 'a line to find' });
  const later = await fetch(`${running.url}/logs?since=${new Date(Date.now() + 1_000).toISOString()}`, {
    headers: running.headers,
  });
  expect(await later.text()).toBe('');
  expect((await fetch(`${running.url}/logs`)).status).toBe(401);
});
