import { afterEach, expect, it } from 'vitest';
import { processIdentity } from '../../../infra/local/process/process-identity.ts';
import { memoryIn } from '../../../infra/runner/process-memory.ts';
import { call, logsOf, rawClient, textOf } from './raw-client.ts';
import { type RunningOptions, type RunningReplica, runReplica } from './running-replica.ts';
import { waitUntil } from '../../wait-until.ts';

const running: RunningReplica[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((one) => one.stop()));
});
async function run(options: RunningOptions): Promise<RunningReplica> {
  const one = await runReplica(options);
  running.push(one);
  return one;
}

it('ends the session that was idle longest when memory has no room for another', async () => {
  const { mcp } = await run({ env: { MEMORY_LIMIT_MB: '200' } });
  const client = rawClient(mcp);
  const sessions = [await client.open()];
  // The first is done for as soon as one more finds no room.
  for (let opened = 1; opened < 10; opened += 1) {
    sessions.push(await client.open());
    const response = await client.post(call(1, 'echo', { text: 'x' }), sessions.at(-1));
    expect(response.status).toBe(200);
    await response.text();
  }
  const statuses = await Promise.all(
    sessions.map(async (session) => (await client.post({ jsonrpc: '2.0', id: 2, method: 'ping' }, session)).status),
  );
  expect(statuses[0]).toBe(404);
  expect(statuses.at(-1)).toBe(200);
});

it('keeps sessions, callers and spares together within the memory, so that a crowd of clients ends nobody else', async () => {
  const limitMb = 600;
  const { mcp, platform } = await run({ env: { MEMORY_LIMIT_MB: String(limitMb) }, heartbeatMs: 100 });
  const client = rawClient(mcp);
  const reported = platform.reports.length;
  await waitUntil('a measurement', () => platform.reports.length > reported + 1);
  const headers = { 'mcp-protocol-version': '2026-07-28', 'mcp-method': 'tools/call', 'mcp-name': 'echo' };
  // A process of their own for each, because the server may ask them something.
  const callers = async (from: number, to: number): Promise<void> => {
    for (let n = from; n < to; n += 1) {
      const meta = {
        'io.modelcontextprotocol/protocolVersion': '2026-07-28',
        'io.modelcontextprotocol/clientInfo': { name: 'raw', version: '1' },
        'io.modelcontextprotocol/clientCapabilities': { elicitation: {} },
      };
      const caller = { ...headers, 'x-mcp-caller': `caller ${n}` };
      expect((await client.post(call(1, 'echo', { text: 'x' }, meta), caller)).status).toBe(200);
    }
  };
  await callers(0, 5);
  for (let opened = 0; opened < 14; opened += 1) {
    const session = await client.open();
    expect((await client.post(call(1, 'echo', { text: 'x' }), session)).status).toBe(200);
  }
  await callers(5, 12);
  await waitUntil('servers that fit', async () => (await memoryIn(process.pid)).below <= limitMb - 96, 15_000);
});

it('refuses a session for now while every other one works', async () => {
  const one = await run({ env: { MEMORY_LIMIT_MB: '1' } });
  const client = rawClient(one.mcp);
  const session = await client.open();
  const working = client.post(call(1, 'wait', { ms: 1_800 }), session);
  await waitUntil('the call', async () => (await logsOf(one)).includes('waits 1800 ms'));
  const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'x', version: '1' } };
  const refused = await client.post({ jsonrpc: '2.0', id: 1, method: 'initialize', params });
  expect(refused.status).toBe(503);
  expect(refused.headers.get('retry-after')).toBe('2');
  expect(await refused.json()).toMatchObject({ id: 1, error: { code: -32000 } });
  expect((await working).status).toBe(200);
});

it('ends a session that nobody used for long', async () => {
  const { mcp } = await run({ sessionIdleMs: 200 });
  const client = rawClient(mcp);
  const session = await client.open();
  const pid = Number(textOf(await (await client.post(call(1, 'process_id'), session)).json()));
  await waitUntil('the end of the process', () => processIdentity(pid) === undefined);
  expect((await client.post({ jsonrpc: '2.0', id: 2, method: 'ping' }, session)).status).toBe(404);
});

it('ends a session whose server hangs for longer than any call may take', async () => {
  const { mcp } = await run({
    timing: { pingMs: 100, busyPingMs: 100, unhealthyMs: 500, hungMs: 1_000, callMs: 3_000 },
  });
  const client = rawClient(mcp);
  const session = await client.open();
  const response = await client.post(call(1, 'block', { ms: 60_000 }), session);
  expect(await response.text()).toContain('The MCP server is gone: showed no sign of life');
});
