/** What an admin may change of the ranking. */
export interface RankingSettings {
  /** How much a word counts that stands there again and again (BM25). */
  readonly k1: number;
  /** How much longer passages are held back (BM25). */
  readonly b: number;
  /** Words that the best passages add to a question; 0 adds none. */
  readonly expansionTerms: number;
  /** The weight of the best of them against a word of the question. */
  readonly expansionWeight: number;
  /** How much meaning counts against words, 0 to 1. */
  readonly semanticWeight: number;
}

/** Measured on Cranfield and CACM: `npm run bench -- search`. */
export const defaultSettings: RankingSettings = {
  k1: 1.5,
  b: 0.6,
  expansionTerms: 10,
  expansionWeight: 0.4,
  semanticWeight: 0.5,
};
