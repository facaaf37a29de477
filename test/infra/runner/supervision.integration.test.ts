import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { expect, it, type TestContext } from 'vitest';
import { processIdentity } from '../../../infra/local/process/process-identity.ts';
import { callTool, connect } from './call-tool.ts';
import { bootstrapToken, startPlatformStandIn } from './platform-stand-in.ts';
import { fixtureLaunch, type RunningOptions, type RunningReplica, runReplica } from './running-replica.ts';
import { staysTrue, waitUntil } from '../../wait-until.ts';

/** Its tests wait for processes most of their time, so they run beside each other. */
async function run({ onTestFinished }: TestContext, options: RunningOptions = {}): Promise<RunningReplica> {
  const one = await runReplica(options);
  onTestFinished(() => one.stop());
  return one;
}
async function untilGone(pid: number): Promise<void> {
  await waitUntil(`the end of process ${pid}`, () => processIdentity(pid) === undefined);
}
/** The process id of the server that answers calls without a session. */
async function sharedPid({ mcp, headers }: RunningReplica): Promise<number> {
  const params = {
    name: 'process_id',
    _meta: {
      'io.modelcontextprotocol/protocolVersion': '2026-07-28',
      'io.modelcontextprotocol/clientCapabilities': {},
    },
  };
  const response = await fetch(mcp, {
    method: 'POST',
    headers: { ...headers, 'MCP-Protocol-Version': '2026-07-28', 'Mcp-Method': 'tools/call', 'Mcp-Name': 'process_id' },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params }),
  });
  const { result } = (await response.json()) as { result: { content: { text: string }[] } };
  return Number(result.content[0]?.text);
}

it('tells the phases of a start, and what it found', async (context) => {
  const { platform } = await run(context);
  // A report that waits for the one before it says what is true when it goes.
  const phases = ['initializing', 'ready'];
  const states = platform.reports.map(({ state }) => phases.indexOf(state));
  expect(states).toEqual(states.toSorted((a, b) => a - b));
  expect(states.at(-1)).toBe(1);
  const ready = platform.reports.find(({ state }) => state === 'ready');
  expect(ready).toMatchObject({
    protocol_version: '2025-11-25',
    server_info: { name: 'fixture', version: '1.0.0' },
    capabilities: { tools: { listChanged: true }, prompts: { listChanged: true } },
    restarts: 0,
  });
  expect(ready?.tools?.find(({ name }) => name === 'echo')).toMatchObject({
    description: 'Answers its argument',
    inputSchema: { properties: { text: { type: 'string' } } },
  });
  expect(ready?.memory_mb).toBeGreaterThan(10);
  const sequence = platform.reports.map(({ seq }) => seq);
  expect(sequence).toEqual(sequence.toSorted((a, b) => a - b));
});

it('starts a server again that was killed, and says so', async (context) => {
  const one = await run(context, { timing: { backoffMs: 50 } });
  const pid = await sharedPid(one);
  process.kill(pid, 'SIGKILL');
  const again = await one.platform.reported(({ state, restarts }) => state === 'ready' && restarts === 1);
  expect(again.last_error?.reason).toBe('the server ended by SIGKILL (out of memory?)');
  expect(await sharedPid(one)).not.toBe(pid);
});

it('gives up after five restarts in ten minutes, with the last lines', async (context) => {
  const launch = { ...fixtureLaunch, env: { AT_PING: 'crash' } };
  const timing = { pingMs: 20, busyPingMs: 20, backoffMs: 10, longestBackoffMs: 20 };
  // It may have ended before the report of its readiness leaves.
  const one = await run(context, { launch, timing, untilReady: false });
  const failed = await one.platform.reported(({ state }) => state === 'failed');
  expect(failed.restarts).toBe(5);
  expect(failed.last_error?.reason).toBe('5 restarts in ten minutes; at last: the server ended with status 9');
  expect(failed.last_error?.log.at(-1)).toBe('fixture server: crash');
  expect(await one.replica.ended).toBe(1);
});

it('kills a server that shows no sign of life, and starts it again', async (context) => {
  const launch = { ...fixtureLaunch, env: { AT_PING: 'block' } };
  const timing = { pingMs: 50, busyPingMs: 50, unhealthyMs: 150, hungMs: 400, backoffMs: 10 };
  const one = await run(context, { launch, timing, untilReady: false });
  await one.platform.reported(({ state }) => state === 'unhealthy');
  const { last_error } = await one.platform.reported(({ state }) => state === 'restarting');
  expect(last_error?.reason).toContain('showed no sign of life');
});

it('is healthy again when a busy server answers again', async (context) => {
  const timing = { pingMs: 50, busyPingMs: 50, unhealthyMs: 500, hungMs: 60_000 };
  const one = await run(context, { timing });
  const pid = await sharedPid(one);
  const before = one.platform.reports.at(-1)?.seq ?? 0;
  process.kill(pid, 'SIGSTOP');
  const unhealthy = await one.platform.reported(({ state, seq }) => state === 'unhealthy' && seq > before);
  expect((await fetch(`${one.url}/healthz`, { headers: one.headers })).status).toBe(503);
  process.kill(pid, 'SIGCONT');
  await one.platform.reported(({ state, seq }) => state === 'ready' && seq > unhealthy.seq);
  expect((await fetch(`${one.url}/healthz`, { headers: one.headers })).status).toBe(200);
});

it('stops when the platform says so', async (context) => {
  const one = await run(context, { heartbeatMs: 50 });
  one.platform.answerReports(200, { stop: true });
  expect(await one.replica.ended).toBe(0);
  expect(one.platform.reports.at(-1)).toMatchObject({ state: 'stopped', stopped_because: 'asked' });
});

it('stops when the platform no longer knows it', async (context) => {
  const one = await run(context, { heartbeatMs: 50 });
  one.platform.answerReports(401);
  expect(await one.replica.ended).toBe(0);
});

it('tells what it could not tell, once the platform is back', async (context) => {
  const one = await run(context, { timing: { backoffMs: 10 } });
  one.platform.answerReports(503);
  process.kill(await sharedPid(one), 'SIGKILL');
  await one.platform.reported(({ restarts }) => restarts === 1);
  const { length } = one.platform.reports;
  one.platform.answerReports(200);
  const told = await one.platform.reported((report) => one.platform.reports.indexOf(report) >= length);
  expect(told.restarts).toBe(1);
});

it('stops itself when nobody calls', async (context) => {
  // On a busy machine it may have stopped before it has reported that it is ready, or before this call came.
  const one = await run(context, { idleTimeout: 1, untilReady: false });
  await one.platform.reported(({ state }) => state === 'ready' || state === 'stopped');
  await callTool(one.mcp, 'echo', { text: 'hello' }).catch(() => undefined);
  expect(await one.replica.ended).toBe(0);
  expect(one.platform.reports.at(-1)).toMatchObject({ state: 'stopped', stopped_because: 'idle' });
});

it('that stops because nobody calls has the platform learn of it, though it is away for a while', async (context) => {
  const one = await run(context, { idleTimeout: 1, untilReady: false });
  one.platform.answerReports(({ state }) => (state === 'stopped' ? 503 : 200));
  const isIdle = () => one.platform.reports.filter(({ stopped_because }) => stopped_because === 'idle').length;
  // The fifth comes 7.5 s after the first.
  await waitUntil('four reports of the end', () => isIdle() === 4);
  one.platform.answerReports(200);
  expect(await one.replica.ended).toBe(0);
  expect(isIdle()).toBe(5);
});

it('is not idle while its server is installed, however long that takes', async (context) => {
  const registry = createServer(() => undefined).listen(0, '127.0.0.1');
  context.onTestFinished(() => registry.close().closeAllConnections());
  await once(registry, 'listening');
  const npm_config_registry = `http://127.0.0.1:${(registry.address() as AddressInfo).port}`;
  const launch = { command: 'npx', args: ['-y', 'a-server@1.0.0'], env: { npm_config_registry } };
  const one = await run(context, { idleTimeout: 1, untilReady: false, launch });
  const states = () => one.platform.reports.map(({ state }) => state);
  await waitUntil('it is installed', () => states().includes('installing'));
  await staysTrue('it is being installed', () => !states().includes('stopped'), 3_000);
  expect(states().at(-1)).toBe('installing');
});

it('leaves no process behind when it is stopped, sessions and stubborn servers included', async (context) => {
  const one = await run(context);
  const client = await connect(one.mcp);
  const { content } = await client.callTool({ name: 'process_id' });
  const pids = [await sharedPid(one), Number((content as { text: string }[])[0]?.text)];
  await one.replica.stop('asked');
  for (const pid of pids) expect(processIdentity(pid)).toBeUndefined();
  await client.close();
});

it('leaves no process behind when it is killed', async () => {
  // A server that neither minds its closed input nor SIGTERM, with a child that does not either.
  const script = `
    const { spawn } = require('node:child_process');
    process.on('SIGTERM', () => {});
    setInterval(() => {}, 1000);
    const child = spawn(process.execPath, ['-e', 'process.on("SIGTERM", () => {}); setInterval(() => {}, 1000)']);
    console.error('pids ' + process.pid + ' ' + child.pid);
    const answer = (id, result) => console.log(JSON.stringify({ jsonrpc: '2.0', id, result }));
    process.stdin.on('data', (data) => {
      for (const line of data.toString().split('\\n').filter(Boolean)) {
        const { id, method } = JSON.parse(line);
        const serverInfo = { name: 'pids', version: process.pid + ' ' + child.pid };
        if (method === 'initialize') answer(id, { protocolVersion: '2025-06-18', capabilities: {}, serverInfo });
      }
    });`;
  const platform = await startPlatformStandIn({ command: process.execPath, args: ['-e', script] });
  const main = fileURLToPath(new URL('../../../infra/runner/main.ts', import.meta.url));
  const runner = spawn(process.execPath, [main], {
    stdio: 'ignore',
    env: { PATH: process.env['PATH'], PLATFORM_URL: platform.url, BOOTSTRAP_TOKEN: bootstrapToken, PORT: '0' },
  });
  const { server_info: info } = await platform.reported(({ state }) => state === 'ready');
  const pids = (info?.version ?? '').split(' ').map(Number);
  expect(pids).toHaveLength(2);
  for (const pid of pids) expect(processIdentity(pid)).toBeDefined();
  runner.kill('SIGKILL');
  await once(runner, 'exit');
  await Promise.all(pids.map((pid) => untilGone(pid)));
  await platform.stop();
});

it.runIf(process.platform === 'linux')('takes along what a server put outside its process group', async (context) => {
  const script = `
    const { spawn } = require('node:child_process');
    const daemon = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { detached: true, stdio: 'ignore' });
    console.error('daemon ' + daemon.pid);
    process.exit(1);`;
  const one = await run(context, { launch: { command: process.execPath, args: ['-e', script] }, untilReady: false });
  const { last_error } = await one.platform.reported(({ state }) => state === 'failed');
  const pid = Number(last_error?.log[0]?.split(' ')[1]);
  expect(pid).toBeGreaterThan(1);
  await one.replica.ended;
  expect(processIdentity(pid)).toBeUndefined();
});

it('cannot begin without its variables, or with a token that was used', async () => {
  const main = fileURLToPath(new URL('../../../infra/runner/main.ts', import.meta.url));
  const begin = async (env: Record<string, string>): Promise<[unknown, string]> => {
    const child = spawn(process.execPath, [main], { stdio: ['ignore', 'ignore', 'pipe'], env });
    let said = '';
    child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
    const [code] = await once(child, 'close');
    return [code, said];
  };
  expect(await begin({})).toEqual([2, expect.stringContaining('missing or wrong: PLATFORM_URL, BOOTSTRAP_TOKEN')]);
  const platform = await startPlatformStandIn(fixtureLaunch);
  const [code, said] = await begin({ PLATFORM_URL: platform.url, BOOTSTRAP_TOKEN: 'used' });
  expect([code, said]).toEqual([2, expect.stringContaining('refused the token')]);
  expect(said).not.toContain('used\n');
  await platform.stop();
});
