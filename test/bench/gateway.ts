import { fork, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import autocannon from 'autocannon';
import { median } from '../median.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const rounds = 5;
const seconds = 4;

/**
 * A tool read through the whole platform (gateway, pipeline, token, standing in DynamoDB, rate limit in Redis, select in MySQL) against a plain node:http server that checks the
 * same token and makes the same select; both on the same MySQL, in turn, 10 connections each.
 */
export async function run(): Promise<void> {
  const state = mkdtempSync(join(tmpdir(), 'mcp-bench-'));
  const platform = spawn(process.execPath, ['infra/local/node-24.mjs', 'infra/local/dev.ts', '--port', '0'], {
    cwd: root,
    env: { ...process.env, MCP_STATE: state, RATE_LIMIT_SCALE: '1000000' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    await new Promise<void>((resolve, reject) => {
      platform.stdout.on('data', (chunk) => String(chunk).includes('Ready in') && resolve());
      platform.once('exit', (code) => reject(new Error(`the platform ended with ${code}`)));
    });
    const { base, mysql } = JSON.parse(readFileSync(join(state, 'platform.json'), 'utf8')) as Record<
      'base' | 'mysql',
      string
    >;
    const { token, path } = await prepare(base);
    const jwks = await (await fetch(`${base}/.well-known/jwks.json`)).text();
    const peer = fork(join(root, 'test/gateway-peer.ts'), {
      env: { ...process.env, MYSQL_URL: mysql, JWKS: jwks, ISSUER: base },
    });
    const [port] = (await once(peer, 'message')) as [number];
    await compare({ platform: `${base}${path}`, peer: `http://127.0.0.1:${port}${path}` }, token);
    peer.kill();
  } finally {
    platform.kill('SIGTERM');
    await once(platform, 'exit');
    rmSync(state, { recursive: true, force: true });
  }
}

async function prepare(base: string): Promise<{ token: string; path: string }> {
  const name = `u${randomBytes(6).toString('hex')}`;
  const post = async (path: string, json: object, token = ''): Promise<Record<string, string>> => {
    const headers = { 'content-type': 'application/json', ...(token !== '' && { authorization: `Bearer ${token}` }) };
    const response = await fetch(`${base}${path}`, { method: 'POST', headers, body: JSON.stringify(json) });
    if (!response.ok) throw new Error(`${path} answered ${response.status}`);
    return (await response.json()) as Record<string, string>;
  };
  await post('/api/v1/auth/register', { username: name, email: `${name}@example.org`, password: 'Measured1' });
  const { access_token: token = '' } = await post('/api/v1/auth/login', { username: name, password: 'Measured1' });
  const config = {
    servers: [{ name: 'everything', command: 'npx', args: ['-y', '@modelcontextprotocol/server-everything'] }],
  };
  const { id = '' } = await post('/api/v1/mcps', { name, slug: name, version: '1.0.0', config }, token);
  return { token, path: `/api/v1/mcps/${id}` };
}

async function compare(urls: Readonly<Record<'platform' | 'peer', string>>, token: string): Promise<void> {
  const measured: Record<keyof typeof urls, { rps: number; p50: number; p99: number }[]> = { platform: [], peer: [] };
  for (let round = 0; round <= rounds; round += 1) {
    for (const side of ['platform', 'peer'] as const) {
      const result = await autocannon({
        url: urls[side],
        connections: 10,
        duration: seconds,
        headers: { authorization: `Bearer ${token}` },
      });
      if (result.non2xx > 0 || result.errors > 0)
        throw new Error(`${side}: ${result.non2xx} answers were not 2xx, ${result.errors} errors`);
      // The first round warms both up.
      if (round > 0)
        measured[side].push({ rps: result.requests.average, p50: result.latency.p50, p99: result.latency.p99 });
    }
  }
  for (const side of ['platform', 'peer'] as const) {
    const of = (figure: 'rps' | 'p50' | 'p99'): number => median(measured[side].map((one) => one[figure]));
    process.stdout.write(
      `${side.padEnd(10)} ${of('rps').toFixed(0).padStart(6)} requests/s  p50 ${of('p50')} ms  p99 ${of('p99')} ms\n`,
    );
  }
  const ratios = measured.platform.map(({ rps }, index) => rps / (measured.peer[index]?.rps ?? Number.NaN));
  process.stdout.write(
    `ratio      ${median(ratios).toFixed(3)} (median of ${rounds} pairs, 10 connections, ${seconds} s each)\n`,
  );
}
