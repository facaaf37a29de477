import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import autocannon from 'autocannon';
import { fillCatalog } from '../fill-catalog.ts';
import { signIn } from '../account.ts';
import { median } from '../median.ts';
import { startPlatform } from './parts/platform.ts';

const seconds = 5;
const coldRounds = 40;

/**
 * `npm run bench -- tools [--tools 100000]`: reads of a large catalogue (three revisions of each tool) through the whole platform, against a plain node:http server that checks the
 * same token and makes the same indexed select; then what pages cost when nothing is cached.
 */
export async function run({ tools: count }: { readonly tools: number }): Promise<void> {
  await using platform = await startPlatform();
  const { base, addresses } = platform;
  const { token, id } = await signIn(base);
  const ids = await fillCatalog(addresses, id, count, (line) => process.stdout.write(`\r${line.padEnd(60)}`));
  process.stdout.write('\n');
  const jwks = await (await fetch(`${base}/.well-known/jwks.json`)).text();
  const peer = fork(fileURLToPath(new URL('parts/gateway-peer.ts', import.meta.url)), {
    env: { ...process.env, MYSQL_URL: addresses.mysql, JWKS: jwks, ISSUER: base },
  });
  try {
    const [port] = (await once(peer, 'message')) as [number];
    await warm(base, `http://127.0.0.1:${port}`, token, ids);
    await cold(base, token, ids, Math.ceil(count / 20));
  } finally {
    peer.kill();
  }
}

/** Many readers at once, of what many readers ask for. */
async function warm(base: string, peer: string, token: string, ids: readonly string[]): Promise<void> {
  const some = Array.from({ length: 500 }, (_, index) => ids[(index * 7919) % ids.length] ?? '');
  const pages = Math.ceil(ids.length / 20);
  const words = ['weather', 'maps', 'calendar', 'graph', 'billing'];
  const reads: readonly (readonly [what: string, base: string, paths: readonly string[]])[] = [
    ['plain node:http, get', peer, some.map((id) => `/api/v1/mcps/${id}`)],
    ['get', base, some.map((id) => `/api/v1/mcps/${id}`)],
    ['list, page 1', base, ['/api/v1/mcps?page=1']],
    [`list, page ${pages}`, base, [`/api/v1/mcps?page=${pages}`]],
    ['list, any page', base, some.map((_, index) => `/api/v1/mcps?page=${1 + ((index * 7919) % pages)}`)],
    ['search', base, words.map((word) => `/api/v1/mcps?search=${word}`)],
    ['history', base, some.map((id) => `/api/v1/mcps/${id}/history`)],
  ];
  const headers = { authorization: `Bearer ${token}` };
  let plain = Number.NaN;
  process.stdout.write(`${'10 connections'.padEnd(24)} requests/s     p50     p99   ratio to plain\n`);
  for (const [what, url, paths] of reads) {
    const requests = paths.map((path) => ({ path, headers }));
    await autocannon({ url, connections: 10, duration: 2, requests });
    const result = await autocannon({ url, connections: 10, duration: seconds, requests });
    if (result.non2xx > 0 || result.errors > 0) throw new Error(`${what}: ${result.non2xx} answers were not 2xx`);
    const { average } = result.requests;
    if (url === peer) plain = average;
    const { p50, p99 } = result.latency;
    process.stdout.write(
      `${what.padEnd(24)} ${average.toFixed(0).padStart(10)} ${`${p50} ms`.padStart(7)} ${`${p99} ms`.padStart(7)} ${(average / plain).toFixed(3).padStart(8)}\n`,
    );
  }
}

/** One reader straight after a change, when nothing that is cached may be answered. */
async function cold(base: string, token: string, ids: readonly string[], pages: number): Promise<void> {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const times = new Map<string, number[]>();
  const reads = ['page=1', `page=${Math.floor(pages / 2)}`, `page=${pages}`, 'search=weather', 'search=99871'];
  for (let round = 0; round < coldRounds; round += 1) {
    for (const query of reads) {
      const body = JSON.stringify({ name: `Changed ${round} ${query}` });
      const changed = await fetch(`${base}/api/v1/mcps/${ids[round] ?? ''}`, { method: 'PUT', headers, body });
      await changed.text();
      if (!changed.ok) throw new Error(`PUT answered ${changed.status}`);
      const startedAt = performance.now();
      await (await fetch(`${base}/api/v1/mcps?${query}`, { headers })).text();
      times.set(query, [...(times.get(query) ?? []), performance.now() - startedAt]);
    }
  }
  const first = median(times.get('page=1') ?? []);
  process.stdout.write('nothing cached: the first read after a change, median\n');
  for (const [query, taken] of times)
    process.stdout.write(
      `${query.padEnd(24)} ${median(taken).toFixed(1)} ms, ${(median(taken) / first).toFixed(2)} × page 1\n`,
    );
}
