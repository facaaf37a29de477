import MiniSearch from 'minisearch';
import { createConnection, type RowDataPacket } from 'mysql2/promise';
import { analyzePassage } from '../../../lib/knowledge/index/analyze-passage.ts';
import { buildSegment } from '../../../lib/knowledge/index/build-segment.ts';
import { cachedSegments } from '../../../lib/knowledge/index/cached-segments.ts';
import { openIndex } from '../../../lib/knowledge/index/open-index.ts';
import { parseQuery } from '../../../lib/knowledge/search/parse-query.ts';
import { byPlace, rank } from '../../../lib/knowledge/search/rank.ts';
import { selectBest } from '../../../lib/knowledge/search/select-best.ts';
import { termsOf } from '../../../lib/knowledge/text/analyze.ts';
import { languageOf } from '../../../lib/knowledge/text/languages.ts';
import type { Search, Text } from './collections.ts';

const english = await languageOf('en');
const uuid = (n: number): string => `00000000-0000-7000-8000-${String(n).padStart(12, '0')}`;
const numberIn = (id: string): number => Number(id.slice(-12));

/** The ranking of the knowledge base with its shipped defaults, over one segment in memory. */
export async function ourEngine(texts: readonly Text[]): Promise<Search> {
  const passages = texts.map(({ title, text }, at) =>
    analyzePassage({ documentId: uuid(at), version: 1, ordinal: 0, titles: [title], text }, english, []),
  );
  const segment = await buildSegment(passages, ['en']);
  const reader = cachedSegments(
    {
      headers: async () => new Map([['s', segment.header]]),
      blocks: async (keys) =>
        new Map(keys.map((key) => [key, segment.blocks[Number(key.slice(2))] ?? new Uint8Array()])),
    },
    256_000_000,
  );
  const entry = { id: 's', passages: segment.passages, bytes: segment.bytes };
  const index = await openIndex(reader, { generation: 1, segments: [entry], stale: [] });
  const termsIn = (number: number): Map<string, number> => {
    const { title = '', text = '' } = texts[number] ?? {};
    const terms = new Map<string, number>();
    for (const part of [title, text])
      for (const { term } of termsOf(part, english)) terms.set(term, (terms.get(term) ?? 0) + 1);
    return terms;
  };
  return async (query) => {
    const { scores } = await rank(index, parseQuery(query, [english]), {
      languages: [english],
      filters: [],
      scores: new Float64Array(index.size),
      termsOfPassages: async (keys) => keys.map(({ documentId }) => termsIn(numberIn(documentId))),
    });
    return selectBest(scores, 10, byPlace(index)).best.map((number) => numberIn(index.keyOf(number).documentId));
  };
}

/** Its defaults, with titles at two. */
export function miniSearch(texts: readonly Text[]): Search {
  const engine = new MiniSearch({ fields: ['title', 'text'], searchOptions: { boost: { title: 2 } } });
  engine.addAll(texts.map(({ title, text }, id) => ({ id, title, text })));
  return async (query) =>
    engine
      .search(query)
      .slice(0, 10)
      .map(({ id }) => Number(id));
}

/** FULLTEXT of InnoDB in natural language mode. */
export async function mariaDb(url: string, texts: readonly Text[]): Promise<Search & AsyncDisposable> {
  const mysql = await createConnection(url);
  await mysql.query(
    'CREATE OR REPLACE TABLE bench_texts (id INT PRIMARY KEY, title TEXT, body MEDIUMTEXT, FULLTEXT (title, body)) CHARACTER SET utf8mb4',
  );
  for (let from = 0; from < texts.length; from += 200)
    await mysql.query('INSERT INTO bench_texts (id, title, body) VALUES ?', [
      texts.slice(from, from + 200).map(({ title, text }, at) => [from + at, title, text]),
    ]);
  const search = async (query: string): Promise<number[]> => {
    const [rows] = await mysql.query<RowDataPacket[]>(
      'SELECT id FROM bench_texts WHERE MATCH (title, body) AGAINST (? IN NATURAL LANGUAGE MODE) ORDER BY MATCH (title, body) AGAINST (? IN NATURAL LANGUAGE MODE) DESC, id LIMIT 10',
      [query, query],
    );
    return rows.map((row) => Number(row['id']));
  };
  const dispose = async (): Promise<void> => {
    await mysql.query('DROP TABLE bench_texts');
    await mysql.end();
  };
  return Object.assign(search, { [Symbol.asyncDispose]: dispose });
}
