import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodePostings, encodePostings } from '../../../lib/knowledge/index/postings.ts';

/** Encodes the postings from `from` on and decodes them at another place. */
function thereAndBack(postings: readonly (readonly [number, number])[], from = 0) {
  const [passages, frequencies] = [0, 1].map((part) => postings.map((posting) => posting[part] ?? 0));
  const encoded = encodePostings(passages ?? [], frequencies ?? [], from, postings.length);
  const count = postings.length - from;
  const [into, counts] = [new Uint32Array(count + 2), new Uint16Array(count + 2)];
  decodePostings({ postings: encoded, count }, into, counts, 2);
  return { back: Array.from({ length: count }, (_, at) => [into[at + 2], counts[at + 2]]), bytes: encoded.length };
}

describe('postings', () => {
  const ascending = fc
    .uniqueArray(fc.oneof(fc.nat(300), fc.nat(2 ** 31 - 1)), { minLength: 1, maxLength: 60 })
    .map((numbers) => numbers.toSorted((a, b) => a - b));

  it('come back as they were, whatever their gaps and frequencies', () => {
    fc.assert(
      fc.property(
        ascending,
        fc.infiniteStream(fc.oneof(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 65_535 }))),
        (passages, stream) => {
          const postings = passages.map((passage) => [passage, stream.next().value as number] as const);
          const from = Math.floor(postings.length / 3);
          expect(thereAndBack(postings, from).back).toEqual(postings.slice(from));
        },
      ),
    );
  });

  it('of every tenth passage take six bits each', () => {
    const postings = Array.from({ length: 4000 }, (_, at) => [at * 10, 1] as const);
    expect(thereAndBack(postings).bytes).toBeLessThan(3010);
  });

  it('count a word 65,535 times in a passage at most', () => {
    expect(thereAndBack([[7, 1e6]]).back).toEqual([[7, 65_535]]);
  });
});
