import { createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bootstrapToken, proxySecret, startPlatformStandIn } from '../infra/runner/platform-stand-in.ts';
import { deploy, signIn } from '../account.ts';
import { median } from '../median.ts';
import type { Figure } from './parts/figures.ts';
import { type Caller, overHttp, overStdio, startListening, stopChild } from './parts/mcp-endpoints.ts';
import { startPlatform } from './parts/platform.ts';

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
 * `tools/call` of the same echo tool: over stdio, through the least that Node's HTTP server can be between, through the runner alone, through the whole
 * platform with an API key, and through the two gateways that are used most. In turn, round by round; latency of one call at a time by Node's own client,
 * and calls a second of eight at a time by hand, so that the client is not what is measured.
 */
export async function run(): Promise<Figure[]> {
  const ends: (() => Promise<unknown> | void)[] = [];
  try {
    const callers = new Map<string, Caller>([
      ['direct stdio', await overStdio(process.execPath, [server])],
      ['bare bridge', await bareBridge(ends)],
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
    return figuresOf(measured);
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

/** Beside the better of the two gateways in each figure. */
function figuresOf(measured: ReadonlyMap<string, readonly Figures[]>): Figure[] {
  const of = (name: string, figure: keyof Figures): number =>
    median((measured.get(name) ?? []).map((each) => each[figure]));
  const gateways = ['supergateway', 'mcp-proxy'];
  const fastest = gateways.toSorted((a, b) => of(a, 'p50') - of(b, 'p50'))[0] ?? '';
  const busiest = gateways.toSorted((a, b) => of(b, 'perSecond') - of(a, 'perSecond'))[0] ?? '';
  const latency = (name: string): string =>
    `p50 ${of(name, 'p50').toFixed(2)} ms, p99 ${of(name, 'p99').toFixed(1)} ms`;
  const many = (name: string): string => `${of(name, 'perSecond').toFixed(0)}/s`;
  const aims: Readonly<Record<string, readonly [string, string]>> = {
    'runner alone': ['≤ 0.5', '≥ 3'],
    'whole path, API key': ['≤ 4', ''],
  };
  return ['direct stdio', 'bare bridge', 'runner alone', 'whole path, API key'].flatMap((name) => {
    const [p50, perSecond] = aims[name] ?? ['', ''];
    return [
      {
        what: `\`tools/call\`, one at a time: ${name}`,
        ours: latency(name),
        peer: `${fastest} ${latency(fastest)}`,
        ratio: of(name, 'p50') / of(fastest, 'p50'),
        aim: p50,
      },
      {
        what: `\`tools/call\`, ${together} at a time: ${name}`,
        ours: many(name),
        peer: `${busiest} ${many(busiest)}`,
        ratio: of(name, 'perSecond') / of(busiest, 'perSecond'),
        aim: perSecond,
      },
    ];
  });
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
  await platform.reported(({ state }) => state === 'ready');
  return overHttp(url, { 'x-runner-secret': proxySecret });
}

async function bareBridge(ends: Ends): Promise<Caller> {
  const url = new URL(`http://127.0.0.1:${await freePort()}/mcp`);
  const args = [join(root, 'test/bench/parts/bare-bridge.mjs'), url.port, process.execPath, server];
  const child = await startListening(process.execPath, args, url);
  ends.push(() => stopChild(child));
  return overHttp(url, {});
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
  const platform = await startPlatform();
  ends.push(async () => platform[Symbol.asyncDispose]());
  const { apiKey, call } = await signIn(platform.base);
  const servers = [{ name: 'bench', command: process.execPath, args: [server] }];
  const { id } = await call('POST', '/mcps', { name: 'bench', slug: 'bench', version: '1.0.0', config: { servers } });
  const { endpoint_url } = await deploy(call, id);
  return overHttp(new URL(String(endpoint_url)), { 'x-api-key': apiKey });
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => probe.once('listening', resolve));
  const address = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  return typeof address === 'object' && address ? address.port : 0;
}
