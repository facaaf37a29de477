import { expect, it } from 'vitest';
import { buildSegment } from '../../../lib/knowledge/index/build-segment.ts';
import { cachedSegments } from '../../../lib/knowledge/index/cached-segments.ts';
import { openIndex } from '../../../lib/knowledge/index/open-index.ts';
import { parseQuery } from '../../../lib/knowledge/search/parse-query.ts';
import { rank } from '../../../lib/knowledge/search/rank.ts';
import { languageOf } from '../../../lib/knowledge/text/languages.ts';
import { memorySegments } from './memory-segments.ts';

const best = Array.from({ length: 3 }, () => 'apple bridge castle dragon');
const texts = [...best, 'apple engine', 'apple dragon', 'dragon'];
const others = Array.from({ length: 40 }, (_, number) => `forest${number} garden`);

/** Lexical scores of the texts, in their order. */
async function scoresOf(query: string): Promise<readonly number[]> {
  const english = await languageOf('en');
  const all = [...texts, ...others].map((text, number) => ({
    documentId: `00000000-0000-7000-8000-${String(number).padStart(12, '0')}`,
    version: 1,
    ordinal: 0,
    length: 4,
    terms: new Map(text.split(' ').map((word) => [english.stem(word), 1])),
    surfaces: new Set(text.split(' ')),
  }));
  const store = memorySegments();
  const segment = await buildSegment(all, ['en']);
  await store.write('s', segment);
  const manifest = { generation: 1, segments: [{ id: 's', passages: segment.passages, bytes: 1 }], stale: [] };
  const index = await openIndex(cachedSegments(store, 1e6), manifest);
  const { scores } = await rank(index, parseQuery(query, [english]), {
    languages: [english],
    filters: [],
    scores: new Float64Array(index.size),
    termsOfPassages: async (keys) =>
      keys.map(({ documentId }) => all[Number(documentId.slice(-12))]?.terms ?? new Map()),
  });
  return Array.from(scores).slice(0, texts.length);
}

it('words of the best passages decide between matches, and make none', async () => {
  const [, , , engine = 0, dragon = 0, dragonAlone] = await scoresOf('apple bridge castle');
  expect(dragon).toBeGreaterThan(engine);
  expect(engine).toBeGreaterThan(0);
  expect(dragonAlone).toBe(0);
});
