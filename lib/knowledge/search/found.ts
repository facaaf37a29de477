import type { OpenIndex } from '../index/open-index.ts';
import type { Search } from '../schema.ts';
import type { Language } from '../text/languages.ts';
import type { Hit } from './collect-hits.ts';
import type { Ranking } from './rank.ts';

interface FoundHit extends Hit {
  /** What its words alone score, up to 1. */
  readonly lexical: number;
}

/** What a search found, before it is shown. */
export interface Found {
  readonly hits: readonly FoundHit[];
  readonly total: number;
  readonly ranking: Omit<Ranking, 'scores'>;
  readonly index: OpenIndex;
  /** Cosines by passage number, when meaning was searched. */
  readonly semantic: Float64Array | undefined;
  readonly mode: Search['mode'];
  readonly languages: readonly Language[];
}
