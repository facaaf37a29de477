import { expect, it } from 'vitest';
import { buildSegment } from '../../../lib/knowledge/index/build-segment.ts';
import { cachedSegments } from '../../../lib/knowledge/index/cached-segments.ts';
import { facetTerm } from '../../../lib/knowledge/index/facets.ts';
import { openIndex } from '../../../lib/knowledge/index/open-index.ts';
import type { Manifest } from '../../../lib/knowledge/index/ports.ts';
import { memorySegments } from './memory-segments.ts';

const id = (n: number): string => `00000000-0000-7000-8000-00000000000${n}`;
const store = memorySegments();
const reader = cachedSegments(store, 1_000_000);

async function write(name: string, documents: readonly number[]) {
  const passages = documents.map((n) => ({
    documentId: id(n),
    version: 1,
    ordinal: 0,
    length: 1,
    terms: new Map([['word', 1]]),
    surfaces: new Set(['word']),
  }));
  const segment = await buildSegment(passages, ['en']);
  await store.write(name, segment);
  return { id: name, passages: segment.passages, bytes: segment.bytes };
}

it('knows the passages of a document without keeping a list for each', async () => {
  const segments = [await write('low', [1, 2, 2, 3]), await write('high', [3, 4])];
  const index = await openIndex(reader, { generation: 1, segments, stale: [{ id: id(4), version: 1 }] });
  const terms = [1, 2, 3, 4, 5].map((n) => facetTerm('document_id', id(n).toUpperCase()));
  const postings = await index.postings([...terms, facetTerm('document_id', 'none')]);
  const found = [...postings.values()].map((lists) => lists.map((list) => [...list.read().passages]));
  expect(found).toEqual([
    [[0], []],
    [[1, 2], []],
    [[3], [0]],
    [[], []],
    [[], []],
    [[], []],
  ]);
});

it('gives each search numbers of its own, all zero, and the same memory to the next', async () => {
  const index = await openIndex(reader, { generation: 1, segments: [await write('scored', [1, 2, 3])], stale: [] });
  const first = await index.withScores((scores) =>
    index.withScores(async (others) => {
      expect(others).not.toBe(scores);
      return scores.fill(7);
    }),
  );
  await expect(index.withScores(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
  const next = await index.withScores(async (scores) => [scores === first, [...scores]]);
  expect(next).toEqual([true, [0, 0, 0]]);
});

it('is opened once for a manifest, and anew for what any other says', async () => {
  const [one, two] = [await write('one', [1, 2, 3]), await write('two', [4])];
  const countIn = async (manifest: Manifest) =>
    (await (await openIndex(reader, manifest)).counts(['word'])).get('word');
  const first: Manifest = { generation: 1, segments: [one], stale: [] };
  expect(await countIn(first)).toBe(3);
  expect(await openIndex(reader, { ...first })).toBe(await openIndex(reader, first));
  expect(await countIn({ ...first, stale: [{ id: id(2), version: 1 }] })).toBe(2);
  expect(await countIn({ generation: 2, segments: [one, two], stale: [] })).toBe(4);
  expect(await countIn({ generation: 3, segments: [two], stale: [] })).toBe(1);
  // In another generation another version may be the one that is stale.
  expect(await countIn({ generation: 4, segments: [one, two], stale: [{ id: id(4), version: 1 }] })).toBe(3);
  const settings = { ...(await openIndex(reader, first)).settings, k1: 9 };
  expect((await openIndex(reader, { ...first, settings })).settings.k1).toBe(9);
  expect(await countIn(first)).toBe(3);
});
