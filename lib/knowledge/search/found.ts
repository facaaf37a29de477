import type { OpenIndex } from '../index/open-index.ts';
import type { Search } from '../schema.ts';
import type { Language } from '../text/languages.ts';
import type { Hit } from './collect-hits.ts';
import type { Ranking } from './rank.ts';

/** What a search found, before it is shown. */
export interface Found {
  readonly hits: readonly Hit[];
  readonly total: number;
  readonly ranking: Ranking;
  readonly index: OpenIndex;
  /** Cosines by passage number, when meaning was searched. */
  readonly semantic: Float64Array | undefined;
  readonly mode: Search['mode'];
  readonly languages: readonly Language[];
}
