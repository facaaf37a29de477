import type { SegmentPassage } from '../../../lib/knowledge/index/segment.ts';

/** BM25F as its definition says it, over all passages, for comparison with the index. Terms are one concept each. */
export function naiveScores(passages: readonly SegmentPassage[], terms: readonly string[]): Map<string, number> {
  const [k1, b] = [1.5, 0.6];
  const average = Math.max(1, passages.reduce((sum, { length }) => sum + length, 0) / Math.max(1, passages.length));
  const scores = new Map<string, number>();
  for (const { documentId, version, ordinal, terms: own, length } of passages) {
    let score = 0;
    for (const term of terms) {
      const frequency = own.get(term);
      if (frequency === undefined) continue;
      const holding = passages.filter((passage) => passage.terms.has(term)).length;
      const idf = Math.log(1 + (passages.length - holding + 0.5) / (holding + 0.5));
      score += (idf * frequency * (k1 + 1)) / (frequency + k1 * (1 - b + (b * length) / average));
    }
    if (score > 0) scores.set(`${documentId}.${version}.${ordinal}`, score);
  }
  return scores;
}
