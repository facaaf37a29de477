import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { buildSegment } from '../../../lib/knowledge/index/build-segment.ts';
import { cachedSegments } from '../../../lib/knowledge/index/cached-segments.ts';
import { mergeWhereDue } from '../../../lib/knowledge/index/merge-where-due.ts';
import { openIndex } from '../../../lib/knowledge/index/open-index.ts';
import type { SegmentStore } from '../../../lib/knowledge/index/ports.ts';
import type { SegmentPassage } from '../../../lib/knowledge/index/segment.ts';
import { addScores, findConcepts } from '../../../lib/knowledge/search/score.ts';
import { memorySegments } from './memory-segments.ts';
import { naiveScores } from './naive-bm25f.ts';

const words = [
  'a',
  'ab',
  'abc',
  'constructor',
  '__proto__',
  'ζ',
  '𝒳',
  'toString',
  'x'.repeat(64),
  'é',
  '\u0001tags\u0001red',
];
const uuid = (n: number): string => `0000000${n % 10}-0000-7000-8000-${String(n).padStart(12, '0')}`;

const passageOf = (document: number) =>
  fc
    .record({
      ordinal: fc.nat(3),
      version: fc.integer({ min: 1, max: 300 }),
      terms: fc.array(fc.tuple(fc.constantFrom(...words), fc.integer({ min: 1, max: 400 })), { maxLength: 8 }),
    })
    .map(({ ordinal, version, terms }): SegmentPassage => {
      const frequencies = new Map(terms);
      const length = [...frequencies.values()].reduce((sum, one) => sum + one, 0);
      return { documentId: uuid(document), version, ordinal, length, terms: frequencies, surfaces: new Set(['word']) };
    });

/** Batches of documents; a document's number is unique. */
const batches = fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 20 }).chain((sizes) => {
  let next = 0;
  return fc.tuple(...sizes.map((size) => fc.tuple(...Array.from({ length: size }, () => passageOf((next += 1))))));
});

async function add(store: SegmentStore, id: string, batch: readonly SegmentPassage[]) {
  const manifest = await store.manifest('s');
  const segment = await buildSegment(batch, ['en']);
  await store.write(id, segment);
  const segments = [...manifest.segments, { id, passages: segment.passages, bytes: segment.bytes }];
  await store.swap('s', manifest, { segments, forget: [] });
  return { blocks: segment.blocks, segments };
}

describe('an index of segments', () => {
  it('scores as a naive BM25F over the live passages does, through batches, deletions and merges', async () => {
    await fc.assert(
      fc.asyncProperty(batches, fc.func(fc.boolean()), fc.nat(19), async (made, isDeleted, mergeAfter) => {
        const store = memorySegments();
        const live: SegmentPassage[] = [];
        for (const [number, batch] of made.entries()) {
          await add(store, `s${number}`, batch);
          for (const passage of batch) {
            if (isDeleted(passage.documentId))
              await store.markStale('s', [{ id: passage.documentId, version: passage.version }]);
            else live.push(passage);
          }
          if (number >= mergeAfter) await mergeWhereDue(store, 's');
        }
        const index = await openIndex(cachedSegments(store, 1e6), await store.manifest('s'));
        expect(index.livePassages).toBe(live.length);
        const concepts = await findConcepts(
          index,
          words.map((word) => ({ word, terms: [word], weight: 1 })),
        );
        const scores = new Float64Array(index.size);
        addScores(index, concepts, scores);
        const found = new Map<string, number>();
        scores.forEach((score, number) => {
          const { documentId, version, ordinal } = index.keyOf(number);
          if (score > 0) found.set(`${documentId}.${version}.${ordinal}`, score);
        });
        const expected = naiveScores(live, words);
        expect([...found.keys()].toSorted()).toEqual([...expected.keys()].toSorted());
        for (const [key, score] of expected) expect(Math.abs((found.get(key) ?? 0) - score)).toBeLessThan(1e-6);
      }),
      { numRuns: 150 },
    );
  });

  it('has few segments whatever comes, and copies a passage seldom', async () => {
    const sizes = fc.array(fc.oneof(fc.constant(1), fc.integer({ min: 1, max: 40 })), { minLength: 40, maxLength: 80 });
    await fc.assert(
      fc.asyncProperty(sizes, async (batches) => {
        const store = memorySegments();
        let [made, copied] = [0, 0];
        for (const size of batches) {
          const passages = Array.from({ length: size }, (): SegmentPassage => {
            const terms = new Map([['word', 1]]);
            return { documentId: uuid((made += 1)), version: 1, ordinal: 0, length: 1, terms, surfaces: new Set() };
          });
          const { segments } = await add(store, `s${made}`, passages);
          const names = new Set(segments.map(({ id }) => id));
          await mergeWhereDue(store, 's');
          const merged = (await store.manifest('s')).segments.toSorted((a, b) => a.passages - b.passages);
          expect(merged.length).toBeLessThanOrEqual(10);
          const reached = merged.reduce((sum, { passages: of }) => {
            expect(of).toBeGreaterThan(sum);
            return sum + of;
          }, 0);
          expect(reached).toBe(made);
          copied += merged.reduce((sum, { id, passages: of }) => sum + (names.has(id) ? 0 : of), 0);
        }
        expect(copied).toBeLessThan(made * Math.log2(made));
      }),
      // None of these is as large as those after it.
      { numRuns: 30, examples: [[Array.from({ length: 12 }, (_, step) => 2 ** (11 - step))]] },
    );
  });

  it('keeps lists that are longer than a block, and the dictionary', async () => {
    const passages = Array.from({ length: 20_000 }, (_, number): SegmentPassage => ({
      documentId: `00000000-0000-7000-8000-${String(number).padStart(12, '0')}`,
      version: 1,
      ordinal: 0,
      length: 2,
      terms: new Map([
        ['every', 1 + (number % 3)],
        [`only${number}`, 1],
      ]),
      surfaces: new Set(['every', ...(number % 2 === 0 ? ['even'] : [])]),
    }));
    const store = memorySegments();
    const { blocks } = await add(store, 'one', passages);
    expect(Math.max(...blocks.map(({ length }) => length))).toBeLessThanOrEqual(64_000);
    const index = await openIndex(cachedSegments(store, 1e6), await store.manifest('s'));
    const [every, only, none] = ['every', 'only19999', 'only20000'].map((term) => index.postings([term]));
    expect((await every)?.get('every')?.[0]?.count).toBe(20_000);
    expect((await only)?.get('only19999')?.[0]?.read().passages[0]).toBe(19_999);
    expect((await none)?.get('only20000')?.[0]?.count).toBe(0);
    expect(await index.dictionary('e')).toEqual(
      new Map([
        ['even', 10_000],
        ['every', 20_000],
      ]),
    );
  });
});
