import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { call, rawClient } from './raw-client.ts';
import { type RunningOptions, type RunningReplica, runReplica } from './running-replica.ts';
import { staysTrue, waitUntil } from '../../wait-until.ts';

/* What hostile and broken servers do: whoever called gets an answer in time, and everybody else goes on. */

const server = fileURLToPath(new URL('hostile-server.mjs', import.meta.url));
const running: RunningReplica[] = [];
afterEach(async () => {
  for (const one of running.splice(0)) await one.stop();
});

async function run(mode = '', options: RunningOptions = {}): Promise<RunningReplica> {
  const launch = { command: process.execPath, args: [server], env: { MODE: mode } };
  const one = await runReplica({ launch, ...options });
  running.push(one);
  return one;
}

describe('a server that does not come up', () => {
  it.each([
    ['exit', 'the server ended with status 7 before it was ready'],
    ['mute', 'the server did not answer the handshake within 1 s'],
    ['rubbish', 'it writes to standard output what is not MCP; it printed on standard output: loading, please wait'],
  ])('by "%s" fails with the reason', async (mode, reason) => {
    const one = await run(mode, { untilReady: false, timing: { startMs: mode === 'mute' ? 1_000 : 30_000 } });
    const { last_error } = await one.platform.reported(({ state }) => state === 'failed');
    expect(last_error?.reason).toContain(reason);
  });

  it.each(['banner', 'long names', 'endless pages'])('but for its "%s" is served', async (mode) => {
    const one = await run(mode);
    const { tools = [], server_info } = await one.platform.reported(({ state }) => state === 'ready');
    expect(new Set(tools.map(({ name }) => name)).size).toBe(tools.length);
    expect(server_info?.name.length).toBeLessThanOrEqual(255);
    const client = rawClient(one.mcp);
    expect(await (await client.post(call(1, 'ok'), await client.open())).text()).toContain('"ok"');
  });
});

describe('an answer', () => {
  /** One for all of them: each caller has a process of their own, and none of the deaths may be the replica's. */
  let one: RunningReplica;
  beforeAll(async () => {
    one = await runReplica({ launch: { command: process.execPath, args: [server], env: { MODE: '' } } });
  });
  afterAll(() => one.stop());

  it.each([
    ['crash', /"code":-32000.*ended with status 3/],
    ['kill', /"code":-32000.*SIGKILL/],
    ['half a line', /"code":-32000.*ended with status 0/],
    ['closed output', /"code":-32000.*closed its standard output/],
    ['too large', /"code":-32000.*more than 32 MB/],
    ['twice', /first/],
    ['invalid UTF-8', /"type":"text"/],
    ['flood of stdout', /after the noise/],
    ['flood of stderr', /after the noise/],
    ['flood of notifications', /after the noise/],
    ['null result', /"result":null/],
    ['no version', /"code":-32603.*jsonrpc/],
    ['error as text', /"code":-32603.*error is not an object/],
    ['nothing in it', /"code":-32603.*neither a result nor an error/],
  ])('by "%s" reaches its caller, and a neighbour notices nothing', async (name, expected) => {
    const client = rawClient(one.mcp);
    const [hostile, neighbour] = await Promise.all([client.open(), client.open()]);
    const [answer, other] = await Promise.all([
      client.post(call('a', name), hostile).then((response) => response.text()),
      client.post(call('b', 'ok'), neighbour).then((response) => response.text()),
    ]);
    expect(answer).toMatch(expected);
    expect(other).toContain('"ok"');
    expect(one.platform.reports.at(-1)).toMatchObject({ state: 'ready', restarts: 0 });
    await Promise.all([hostile, neighbour].map((session) => client.delete(session)));
  });

  it('that never comes keeps neither other calls nor the end of the replica', async () => {
    const client = rawClient(one.mcp);
    const session = await client.open();
    const leaving = new AbortController();
    for (const name of ['silence', 'another id']) {
      const body = JSON.stringify(call(name, name));
      const headers = { ...one.headers, ...session, 'content-type': 'application/json', accept: 'application/json' };
      void fetch(one.mcp, { method: 'POST', body, headers, signal: leaving.signal }).catch(() => undefined);
    }
    expect(await (await client.post(call('c', 'ok'), session)).text()).toContain('"ok"');
    leaving.abort();
  });
});

describe('a server that hangs', () => {
  const timing = { pingMs: 200, busyPingMs: 200, unhealthyMs: 400, hungMs: 1_000, callMs: 2_500, backoffMs: 10 };

  it('is unhealthy at once, and killed when no call can be waiting for it', async () => {
    const one = await run('', { timing });
    const body = JSON.stringify({
      jsonrpc: '2.0',
      id: 1,
      method: 'tools/call',
      params: {
        name: 'block',
        _meta: {
          'io.modelcontextprotocol/protocolVersion': '2026-07-28',
          'io.modelcontextprotocol/clientCapabilities': {},
        },
      },
    });
    const headers = { 'mcp-protocol-version': '2026-07-28', 'mcp-method': 'tools/call', 'mcp-name': 'block' };
    const answer = rawClient(one.mcp).post(body, headers);
    await one.platform.reported(({ state }) => state === 'unhealthy');
    expect(await (await answer).text()).toMatch(/"code":-32000.*no sign of life/);
    await one.platform.reported(({ state, restarts }) => state === 'ready' && restarts === 1);
  });

  it('is left alone when it only does not answer pings', async () => {
    const launch = { command: process.execPath, args: [server], env: { PING: 'no' } };
    const one = await run('', { launch, timing });
    const states = () => one.platform.reports.map(({ state }) => state);
    await staysTrue('no restart', () => !states().includes('restarting'), 2_000);
    expect(one.platform.reports.at(-1)?.restarts).toBe(0);
  });
});

it.runIf(process.platform === 'linux')('takes what left its process group with it when its session ends', async () => {
  const one = await run();
  const client = rawClient(one.mcp);
  const session = await client.open();
  const said = await (await client.post(call(1, 'detached child'), session)).text();
  const pid = /"text":"(\d+)"/.exec(said)?.[1] ?? '';
  expect(existsSync(`/proc/${pid}`)).toBe(true);
  await client.delete(session);
  await waitUntil('the end of the process', () => !existsSync(`/proc/${pid}`));
});
