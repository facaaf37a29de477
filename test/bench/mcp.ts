import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bootstrapToken, proxySecret, startPlatformStandIn } from '../infra/runner/platform-stand-in.ts';
import { median } from '../median.ts';
import { waitUntil } from '../wait-until.ts';
import { type Caller, overHttp, overStdio, startListening, stopChild } from './mcp-endpoints.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const server = join(root, 'test/fixtures/mcp-server/server.ts');
const bin = (name: string): string => join(root, 'node_modules/.bin', name);
const rounds = 7;
const callsAlone = 150;
const callsTogether = 600;
const together = 8;

interface Figures {
  readonly p50: number;
  readonly p99: number;
  readonly perSecond: number;
}

/**
 * `tools/call` of the same echo tool: over stdio, through the runner alone, through the whole platform with an API key, and through the two gateways that
 * are used most. In turn, round by round; latency of one call at a time by Node's own client, and calls a second of eight at a time by hand, so that the
 * client is not what is measured.
 */
export async function run(): Promise<void> {
  const ends: (() => Promise<unknown> | void)[] = [];
  try {
    const callers = new Map<string, Caller>([
      ['direct stdio', await overStdio(process.execPath, [server])],
      ['runner alone', await runnerAlone(ends)],
      ['whole path, API key', await wholePath(ends)],
      ['supergateway', await supergateway(ends)],
      ['mcp-proxy', await mcpProxy(ends)],
    ]);
    for (const caller of callers.values()) ends.unshift(() => caller.close());
    const measured = new Map<string, Figures[]>([...callers.keys()].map((name) => [name, []]));
    for (let round = 0; round <= rounds; round += 1) {
      for (const [name, caller] of callers) {
        const figures = await measure(caller);
        // The first round warms up.
        if (round > 0) measured.get(name)?.push(figures);
      }
    }
    report(measured);
  } finally {
    for (const end of ends.toReversed()) await end();
  }
}

async function measure({ echo, many }: Caller): Promise<Figures> {
  const times: number[] = [];
  for (let call = 0; call < callsAlone; call += 1) {
    const startedAt = performance.now();
    await echo();
    times.push(performance.now() - startedAt);
  }
  times.sort((a, b) => a - b);
  const perSecond = callsTogether / ((await many(callsTogether, together)) / 1000);
  return { p50: times[callsAlone / 2] ?? 0, p99: times[Math.floor(callsAlone * 0.99)] ?? 0, perSecond };
}

function report(measured: ReadonlyMap<string, readonly Figures[]>): void {
  const of = (name: string, figure: keyof Figures): number =>
    median((measured.get(name) ?? []).map((each) => each[figure]));
  const best = (figure: keyof Figures, choose: (...of: number[]) => number): number =>
    choose(of('supergateway', figure), of('mcp-proxy', figure));
  console.log(
    '| tools/call echo | p50 ms | p99 ms | calls/s | p50 to the better gateway | calls/s to the better gateway |\n|---|---|---|---|---|---|',
  );
  for (const name of measured.keys()) {
    const [p50, p99, perSecond] = [of(name, 'p50'), of(name, 'p99'), of(name, 'perSecond')];
    const ratio = (p50 / best('p50', Math.min)).toFixed(2);
    const more = (perSecond / best('perSecond', Math.max)).toFixed(2);
    console.log(`| ${name} | ${p50.toFixed(2)} | ${p99.toFixed(2)} | ${perSecond.toFixed(0)} | ${ratio} | ${more} |`);
  }
  console.log(
    `\nmedians of ${rounds} rounds in turn; ${callsAlone} calls one at a time, ${callsTogether} by ${together}; ${new Date().toISOString().slice(0, 10)}, ${cpus().length} × ${cpus()[0]?.model ?? ''}, load ${loadavg()[0]?.toFixed(1)}`,
  );
}

type Ends = (() => Promise<unknown> | void)[];

async function runnerAlone(ends: Ends): Promise<Caller> {
  const platform = await startPlatformStandIn({ command: process.execPath, args: [server] });
  ends.push(() => platform.stop());
  const url = new URL(`http://127.0.0.1:${await freePort()}/mcp`);
  const env = {
    ...process.env,
    PLATFORM_URL: platform.url,
    BOOTSTRAP_TOKEN: bootstrapToken,
    PORT: url.port,
    HOST: '127.0.0.1',
  };
  const child = await startListening(process.execPath, [join(root, 'infra/runner/main.ts')], url, env);
  ends.push(() => stopChild(child));
  await platform.reported(({ state }) => state === 'ready', 30_000);
  return overHttp(url, { 'x-runner-secret': proxySecret });
}

async function supergateway(ends: Ends): Promise<Caller> {
  const url = new URL(`http://127.0.0.1:${await freePort()}/mcp`);
  const stdio = `${process.execPath} ${server}`;
  const args = [
    '--stdio',
    stdio,
    '--outputTransport',
    'streamableHttp',
    '--stateful',
    '--logLevel',
    'none',
    '--port',
    url.port,
  ];
  const child = await startListening(process.execPath, [bin('supergateway'), ...args], url);
  ends.push(() => stopChild(child));
  return overHttp(url, {});
}

async function mcpProxy(ends: Ends): Promise<Caller> {
  const url = new URL(`http://127.0.0.1:${await freePort()}/mcp`);
  const args = ['--server', 'stream', '--host', '127.0.0.1', '--port', url.port, '--', process.execPath, server];
  const child = await startListening(process.execPath, [bin('mcp-proxy'), ...args], url);
  ends.push(() => stopChild(child));
  return overHttp(url, {});
}

async function wholePath(ends: Ends): Promise<Caller> {
  const state = mkdtempSync(join(tmpdir(), 'mcp-bench-'));
  ends.push(() => rmSync(state, { recursive: true, force: true }));
  // Into a file: what it prints about each request is not for this process to read.
  const platform = spawn(process.execPath, ['infra/local/node-24.mjs', 'infra/local/dev.ts', '--port', '0'], {
    cwd: root,
    env: { ...process.env, MCP_STATE: state, RATE_LIMIT_SCALE: '1000000' },
    stdio: ['ignore', openSync(join(state, 'printed'), 'a'), 'inherit'],
  });
  ends.push(() => stopChild(platform));
  await waitUntil('a platform that is up', () => {
    if (platform.exitCode !== null) throw new Error(`the platform ended with ${platform.exitCode}`);
    return existsSync(join(state, 'platform.json'));
  });
  const { base } = JSON.parse(readFileSync(join(state, 'platform.json'), 'utf8')) as { base: string };
  const { url, key } = await deployOn(base);
  return overHttp(new URL(url), { 'x-api-key': key });
}

async function deployOn(base: string): Promise<{ url: string; key: string }> {
  let token = '';
  const call = async (method: string, path: string, body?: object): Promise<Record<string, unknown>> => {
    const headers = { 'content-type': 'application/json', ...(token !== '' && { authorization: `Bearer ${token}` }) };
    const response = await fetch(`${base}/api/v1${path}`, {
      method,
      headers,
      ...(body && { body: JSON.stringify(body) }),
    });
    return (await response.json()) as Record<string, unknown>;
  };
  const account = { username: 'bench', password: 'Benchmark-1a' };
  await call('POST', '/auth/register', { ...account, email: 'bench@example.org' });
  token = String((await call('POST', '/auth/login', account))['access_token']);
  const { key } = await call('POST', '/auth/api-keys', { name: 'bench' });
  const servers = [{ name: 'bench', command: process.execPath, args: [server] }];
  const { id } = await call('POST', '/mcps', { name: 'bench', slug: 'bench', version: '1.0.0', config: { servers } });
  const made = await call('POST', '/deployments', { tool_id: id });
  await waitUntil('a server that runs', async () => {
    const { status } = await call('GET', `/deployments/${String(made['deployment_id'])}`);
    if (status === 'failed') throw new Error('the server could not be deployed');
    return status === 'running';
  });
  return { url: String(made['endpoint_url']), key: String(key) };
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => probe.once('listening', resolve));
  const address = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  return typeof address === 'object' && address ? address.port : 0;
}
