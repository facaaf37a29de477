import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import MiniSearch from 'minisearch';
import { analyzePassage } from '../../lib/knowledge/index/analyze-passage.ts';
import { buildSegment } from '../../lib/knowledge/index/build-segment.ts';
import { cachedSegments } from '../../lib/knowledge/index/cached-segments.ts';
import { openIndex, type OpenIndex } from '../../lib/knowledge/index/open-index.ts';
import type { EncodedSegment } from '../../lib/knowledge/index/segment.ts';
import { parseQuery } from '../../lib/knowledge/search/parse-query.ts';
import { byPlace, rank } from '../../lib/knowledge/search/rank.ts';
import { selectBest } from '../../lib/knowledge/search/select-best.ts';
import { termsOf } from '../../lib/knowledge/text/analyze.ts';
import { languageOf } from '../../lib/knowledge/text/languages.ts';

/* The ranking of the knowledge base with its shipped defaults, beside minisearch: judged collections, identifiers, size and time. `npm run bench -- search` */

interface Collection {
  readonly name: string;
  readonly docs: readonly { readonly id: string; readonly title: string; readonly text: string }[];
  readonly queries: readonly { readonly id: string; readonly text: string }[];
  readonly qrels: Readonly<Record<string, Readonly<Record<string, number>>>>;
}

const english = await languageOf('en');
const uuid = (n: number): string => `00000000-0000-7000-8000-${String(n).padStart(12, '0')}`;
const numberIn = (id: string): number => Number(id.slice(-12));

interface Engine {
  readonly search: (query: string) => Promise<number[]>;
}

async function ourEngine(texts: readonly { readonly title: string; readonly text: string }[]) {
  const before = process.cpuUsage();
  const segments: EncodedSegment[] = [];
  for (let from = 0; from < texts.length; from += 12_500)
    segments.push(
      buildSegment(
        texts
          .slice(from, from + 12_500)
          .map(({ title, text }, at) =>
            analyzePassage({ documentId: uuid(from + at), version: 1, ordinal: 0, titles: [title], text }, english, []),
          ),
        ['en'],
      ),
    );
  const cpu = process.cpuUsage(before);
  const partOf = (key: string): Uint8Array => {
    const [segment = '', block = ''] = key.split(':');
    return segments[Number(segment)]?.blocks[Number(block)] ?? new Uint8Array();
  };
  const reader = cachedSegments(
    {
      headers: async (ids) => new Map(ids.map((id) => [id, segments[Number(id)]?.header ?? new Uint8Array()])),
      blocks: async (keys) => new Map(keys.map((key) => [key, partOf(key)])),
    },
    256_000_000,
  );
  const entries = segments.map(({ passages, bytes }, id) => ({ id: String(id), passages, bytes }));
  const index = await openIndex(reader, { generation: 1, segments: entries, stale: [] });
  const bytes = segments.reduce((sum, segment) => sum + segment.bytes, 0);
  return {
    search: (query: string) => searchIndex(index, texts, query),
    msPerPassage: (cpu.user + cpu.system) / 1000 / texts.length,
    bytesPerPassage: bytes / texts.length,
  };
}

async function searchIndex(
  index: OpenIndex,
  texts: readonly { readonly title: string; readonly text: string }[],
  query: string,
): Promise<number[]> {
  const { scores } = await rank(index, parseQuery(query, [english]), {
    languages: [english],
    filters: [],
    termsOfPassages: async (keys) =>
      keys.map(({ documentId }) => {
        const { title = '', text = '' } = texts[numberIn(documentId)] ?? {};
        const terms = new Map<string, number>();
        for (const part of [title, text])
          for (const { term } of termsOf(part, english)) terms.set(term, (terms.get(term) ?? 0) + 1);
        return terms;
      }),
  });
  return selectBest(scores, 10, byPlace(index)).best.map((number) => numberIn(index.keyOf(number).documentId));
}

function miniSearch(texts: readonly { readonly title: string; readonly text: string }[]): Engine {
  const engine = new MiniSearch({ fields: ['title', 'text'], searchOptions: { boost: { title: 2 } } });
  engine.addAll(texts.map(({ title, text }, id) => ({ id, title, text })));
  return {
    search: async (query) =>
      engine
        .search(query)
        .slice(0, 10)
        .map(({ id }) => Number(id)),
  };
}

async function ndcg({ docs, queries, qrels }: Collection, { search }: Engine): Promise<number> {
  let sum = 0;
  const judged = queries.filter(({ id }) => qrels[id] !== undefined);
  for (const { id, text } of judged) {
    const relevant = qrels[id] ?? {};
    const gain = (rank: number): number => 1 / Math.log2(rank + 2);
    const found = (await search(text)).reduce(
      (dcg, number, at) => dcg + ((relevant[docs[number]?.id ?? ''] ?? 0) > 0 ? gain(at) : 0),
      0,
    );
    const ideal = Array.from({ length: Math.min(10, Object.keys(relevant).length) }, (_, at) => gain(at)).reduce(
      (a, b) => a + b,
      0,
    );
    sum += found / ideal;
  }
  return sum / judged.length;
}

/** Identifiers that stand in one text each, asked for as they are and in separate words. */
async function identifiers(texts: readonly { readonly title: string; readonly text: string }[]) {
  const verbs = ['get', 'set', 'load', 'parse', 'find', 'open', 'close', 'merge', 'split', 'check'];
  const nouns = ['User', 'Config', 'Token', 'Stream', 'Buffer', 'Index', 'Session', 'Header', 'Query', 'Block'];
  const parts = ['name', 'size', 'path'];
  const names = Array.from({ length: 300 }, (_, at) => [
    verbs[at % 10] ?? '',
    nouns[Math.floor(at / 10) % 10] ?? '',
    parts[Math.floor(at / 100)] ?? '',
  ]);
  const written = names.map(([verb = '', noun = '', part = ''], at) =>
    at % 2 === 0
      ? `${verb}${noun}${part[0]?.toUpperCase() ?? ''}${part.slice(1)}`
      : `${verb}_${noun.toLowerCase()}_${part}`,
  );
  const step = Math.floor(texts.length / 300);
  const planted = texts.map((text, at) =>
    at % step === 0 && at / step < 300
      ? { ...text, text: `${text.text} Call ${written[at / step] ?? ''} first.` }
      : text,
  );
  const { search } = await ourEngine(planted);
  let [first, inWords] = [0, 0];
  for (const [at, name] of written.entries()) {
    if ((await search(name))[0] === at * step) first += 1;
    if ((await search((names[at] ?? []).join(' ').toLowerCase())).includes(at * step)) inWords += 1;
  }
  return { first: first / 300, inWords: inWords / 300 };
}

/** Prints one line a measurement; takes some minutes. */
export async function run(): Promise<void> {
  const data = fileURLToPath(new URL('../../../shared/data/', import.meta.url));
  const collections = ['cranfield', 'cacm'].map((name) => `${data}${name}.json`).filter((file) => existsSync(file));
  if (collections.length === 0) throw new Error(`${data} has no judged collections.`);
  const read = collections.map((file) => JSON.parse(readFileSync(file, 'utf8')) as Collection);

  for (const collection of read) {
    const ours = await ourEngine(collection.docs);
    const mini = miniSearch(collection.docs);
    const [own, other] = [await ndcg(collection, ours), await ndcg(collection, mini)];
    process.stdout.write(
      `${collection.name.padEnd(10)} nDCG@10  ours ${own.toFixed(3)}  minisearch ${other.toFixed(3)}\n`,
    );
  }

  const all = read.flatMap(({ docs }) => docs);
  if (all.length > 0) {
    const { first, inWords } = await identifiers(all);
    process.stdout.write(
      `identifiers  found first ${(first * 100).toFixed(1)} %, in separate words among ten ${(inWords * 100).toFixed(1)} %\n`,
    );
  }
  for (const size of [1000, 10_000, 100_000].filter(() => all.length > 0)) {
    const texts = Array.from({ length: size }, (_, at) => all[at % all.length] ?? { title: '', text: '' });
    const { search, msPerPassage, bytesPerPassage } = await ourEngine(texts);
    const queries = read.flatMap((collection) => collection.queries).slice(0, 60);
    const before = process.cpuUsage();
    for (const { text } of queries) await search(text);
    const { user, system } = process.cpuUsage(before);
    const msPerQuery = (user + system) / 1000 / queries.length;
    process.stdout.write(
      `${String(size).padStart(7)} passages  index ${msPerPassage.toFixed(2)} ms CPU and ${bytesPerPassage.toFixed(0)} bytes a passage; query ${msPerQuery.toFixed(1)} ms CPU\n`,
    );
  }
}
