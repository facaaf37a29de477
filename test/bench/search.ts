import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type Collection,
  documentsOf,
  ndcg,
  readCollections,
  type Text,
  withIdentifiers,
} from './search/collections.ts';
import { mariaDb, miniSearch, ourEngine } from './search/engines.ts';
import { cache } from '../../infra/local/state.ts';
import { startStores } from '../../infra/local/stores/start-stores.ts';
import { indexingCpu } from './search/indexing.ts';
import { costs } from './search/through-api.ts';
import type { Figure } from './parts/figures.ts';

const print = (line: string): void => void process.stdout.write(`${line}\n`);
const progress = (line: string): void => void process.stderr.write(`\r${line.padEnd(60)}\r`);

/**
 * `npm run bench -- search [--passages 100000] [--state <folder>]`: the knowledge base with its shipped defaults. How well it ranks beside minisearch and MariaDB's FULLTEXT on judged
 * collections, whether identifiers are found, then what passages and queries cost through the whole platform at 1,000, 10,000 … up to `--passages`. The full size takes
 * a quarter of an hour; `--passages 0` leaves the costs out.
 */
export async function run({
  passages: most,
  state: kept,
}: {
  readonly passages: number;
  readonly state: string;
}): Promise<Figure[]> {
  const collections = readCollections();
  if (collections.length === 0) return [];
  const state = mkdtempSync(join(tmpdir(), 'mcp-bench-'));
  try {
    const figures = await compare(collections, state);
    await findIdentifiers(collections.flatMap(({ docs }) => docs));
    const sizes = [1000, 10_000, 100_000].filter((size) => size < most);
    if (most > 0) await showCosts(collections, [...sizes, most], kept || state);
    return figures;
  } finally {
    rmSync(state, { recursive: true, force: true });
  }
}

async function compare(collections: readonly Collection[], state: string): Promise<Figure[]> {
  const figures: Figure[] = [];
  const stores = await startStores({
    state: join(state, 'peer'),
    cache,
    env: process.env,
    report: () => undefined,
    lost: console.error,
  });
  for (const collection of collections) {
    const ours = await ndcg(collection, await ourEngine(collection.docs));
    const mini = await ndcg(collection, miniSearch(collection.docs));
    await using fulltext = await mariaDb(stores.urls.mysqlOwner, collection.docs);
    const maria = await ndcg(collection, fulltext);
    const best = Math.max(mini, maria);
    figures.push({
      what: `nDCG@10 of the knowledge base, ${collection.name}`,
      ours: ours.toFixed(3),
      peer: `minisearch ${mini.toFixed(3)}, MariaDB FULLTEXT ${maria.toFixed(3)}`,
      ratio: ours / best,
    });
  }
  const texts = documentsOf(collections, 20_000);
  print(
    `\nIndexed, from the store into merged segments: ${(await indexingCpu(stores.urls.mongodb, texts)).toFixed(2)} ms of CPU a passage, MongoDB's stand-in included`,
  );
  await stores.stop();
  return figures;
}

async function findIdentifiers(texts: readonly Text[]): Promise<void> {
  const { identifiers, planted } = withIdentifiers(texts);
  const before = process.cpuUsage();
  const search = await ourEngine(planted);
  const { user, system } = process.cpuUsage(before);
  print(`\nAnalysed and put into a segment: ${((user + system) / 1000 / texts.length).toFixed(2)} ms of CPU a text`);
  let [first, inWords] = [0, 0];
  for (const { written, words, number } of identifiers) {
    if ((await search(written))[0] === number) first += 1;
    if ((await search(words)).includes(number)) inWords += 1;
  }
  const share = (count: number): string => `${((count / identifiers.length) * 100).toFixed(1)} %`;
  print(`300 identifiers: found first ${share(first)}; in separate words among the first ten ${share(inWords)}\n`);
}

async function showCosts(collections: readonly Collection[], sizes: readonly number[], state: string): Promise<void> {
  print('| passages | segments | bytes a passage | CPU ms a passage | cold p50, p99, CPU ms | warm p50, p99, CPU ms |');
  print('|---|---|---|---|---|---|');
  for await (const { passages, segments, bytes, cpu, cold, warm } of costs(collections, sizes, state, progress)) {
    const [first, again] = [cold, warm].map(({ p50, p99, cpu: ms }) =>
      [p50, p99, ms].map((n) => n.toFixed(1)).join(', '),
    );
    print(`| ${passages} | ${segments} | ${bytes.toFixed(0)} | ${cpu.toFixed(2)} | ${first} | ${again} |`);
  }
}
