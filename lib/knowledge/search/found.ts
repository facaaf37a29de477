import type { OpenIndex } from '../index/open-index.ts';
import type { Language } from '../text/languages.ts';
import type { Hit } from './collect-hits.ts';
import type { Ranking } from './rank.ts';

/** What a search found, before it is shown. */
export interface Found {
  readonly hits: readonly Hit[];
  readonly total: number;
  readonly ranking: Ranking;
  readonly index: OpenIndex;
  readonly languages: readonly Language[];
}
