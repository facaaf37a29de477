import { expect, it } from 'vitest';
import type { OpenIndex } from '../../../lib/knowledge/index/open-index.ts';
import { fuse } from '../../../lib/knowledge/search/fuse.ts';
import type { Ranking } from '../../../lib/knowledge/search/rank.ts';
import type { FoundConcept } from '../../../lib/knowledge/search/score.ts';
import { defaultSettings } from '../../../lib/knowledge/search/settings.ts';

/** Three passages, of which the first alone holds a word; the second is better by every other measure. */
function fusedWhere(count: number): Float64Array {
  const index = { size: 3, settings: defaultSettings, segments: [{ base: 0 }] } as unknown as OpenIndex;
  const postings = { passages: Uint32Array.of(0), frequencies: Uint16Array.of(1) };
  const concept = { count, postings: [{ count: 1, read: () => postings }] } as unknown as FoundConcept;
  const ranking = { scores: Float64Array.of(0.2, 0.9, 0), concepts: [concept], isExact: false } as unknown as Ranking;
  return fuse(index, ranking, Float64Array.of(0.1, 0.8, 0), (a, b) => a < b);
}

it('a passage with a rare word of the question goes before what is better by words and by meaning', () => {
  const [holding = 0, better = 0, none] = fusedWhere(3);
  expect(holding).toBeGreaterThan(better);
  expect(none).toBe(0);
  const [common = 0, best = 0] = fusedWhere(4);
  expect(best).toBeGreaterThan(common);
});
