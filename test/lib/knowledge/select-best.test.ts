import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { scoreOfRank, selectBest } from '../../../lib/knowledge/search/select-best.ts';

const scoresOf = fc.array(fc.oneof(fc.constant(0), fc.double({ min: 1e-6, max: 40, noNaN: true })), {
  minLength: 1,
  maxLength: 200,
});
const above = (scores: readonly number[]): number[] => scores.filter((score) => score > 0).toSorted((a, b) => b - a);

it('the best are those that sorting finds, the first of equals first, and all above zero are counted', () => {
  fc.assert(
    fc.property(scoresOf, fc.integer({ min: 1, max: 30 }), (scores, limit) => {
      const { best, total } = selectBest(Float64Array.from(scores), limit, (a, b) => a < b);
      const sorted = scores.map((_, number) => number).filter((number) => (scores[number] ?? 0) > 0);
      sorted.sort((a, b) => (scores[b] ?? 0) - (scores[a] ?? 0) || a - b);
      expect([best, total]).toEqual([sorted.slice(0, limit), sorted.length]);
    }),
  );
});

it('the score of a rank is reached by at least as many, and by those alone that are hardly worse', () => {
  fc.assert(
    fc.property(scoresOf, fc.integer({ min: 1, max: 50 }), (scores, rank) => {
      const sorted = above(scores);
      const [most = 1] = sorted;
      const least = scoreOfRank(Float64Array.from(scores), rank, most);
      const reaching = sorted.filter((score) => score >= least * (1 - 1e-12));
      expect(reaching.length).toBeGreaterThanOrEqual(Math.min(rank, sorted.length));
      const exact = sorted[rank - 1] ?? 0;
      for (const score of reaching) expect(score).toBeGreaterThan(exact - most / 4000);
      expect(least).toBeGreaterThan(0);
    }),
  );
});
