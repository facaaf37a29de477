import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import autocannon from 'autocannon';
import { signIn } from '../account.ts';
import { median } from '../median.ts';
import type { Figure } from './parts/figures.ts';
import { startPlatform } from './parts/platform.ts';

const rounds = 5;
const seconds = 3;

/**
 * Authenticated reads through the whole platform (gateway, pipeline, token, standing in DynamoDB, rate limit in Redis, select in MySQL) against a plain node:http server that checks the
 * same token and makes the same select of a tool; both on the same MySQL, in turn, 10 connections each.
 */
export async function run(): Promise<Figure[]> {
  await using platform = await startPlatform();
  const { base, addresses } = platform;
  const { token, call } = await signIn(base);
  const servers = [{ name: 'everything', command: 'npx', args: ['-y', '@modelcontextprotocol/server-everything'] }];
  const { id } = await call('POST', '/mcps', { name: 'Acme', slug: 'acme', version: '1.0.0', config: { servers } });
  const tool = `/api/v1/mcps/${String(id)}`;
  const jwks = await (await fetch(`${base}/.well-known/jwks.json`)).text();
  const peer = fork(fileURLToPath(new URL('parts/gateway-peer.ts', import.meta.url)), {
    env: { ...process.env, MYSQL_URL: addresses.mysql, JWKS: jwks, ISSUER: base },
  });
  try {
    const [port] = (await once(peer, 'message')) as [number];
    return await compare(
      {
        'plain node:http': `http://127.0.0.1:${port}${tool}`,
        'get a tool': `${base}${tool}`,
        'list tools': `${base}/api/v1/mcps`,
        'search tools': `${base}/api/v1/mcps?search=acme`,
        'history of a tool': `${base}${tool}/history`,
      },
      token,
    );
  } finally {
    peer.kill();
  }
}

async function compare(urls: Readonly<Record<string, string>>, token: string): Promise<Figure[]> {
  const measured = new Map<string, { rps: number; p50: number }[]>(Object.keys(urls).map((name) => [name, []]));
  for (let round = 0; round <= rounds; round += 1) {
    for (const [name, url] of Object.entries(urls)) {
      const headers = { authorization: `Bearer ${token}` };
      const result = await autocannon({ url, connections: 10, duration: seconds, headers });
      if (result.non2xx > 0 || result.errors > 0)
        throw new Error(`${name}: ${result.non2xx} answers were not 2xx, ${result.errors} errors`);
      // The first round warms up.
      if (round > 0) measured.get(name)?.push({ rps: result.requests.average, p50: result.latency.p50 });
    }
  }
  const [plain = [], ...reads] = measured.values();
  const show = (of: readonly { rps: number; p50: number }[]): string =>
    `${median(of.map(({ rps }) => rps)).toFixed(0)}/s, p50 ${median(of.map(({ p50 }) => p50))} ms`;
  return reads.map((read, index) => ({
    what: `${Object.keys(urls)[index + 1]}, 10 connections`,
    ours: show(read),
    peer: `plain node:http ${show(plain)}`,
    ratio: median(read.map(({ rps }, round) => rps / (plain[round]?.rps ?? Number.NaN))),
    ...(index === 0 && { aim: '≥ 0.25' }),
  }));
}
