import type { RankingSettings } from '../search/settings.ts';

/** What somebody says of an answer: how well a document answers a query. */
export interface Judgement {
  readonly id: string;
  readonly query: string;
  readonly documentId: string;
  /** 0: not at all; 3: exactly. */
  readonly relevance: number;
  readonly judgedBy: string;
  readonly createdAt: Date;
}

/** Judgements and settings of the library. They go with their documents. Every method @throws Problem `service-unavailable`. */
export interface JudgementStore {
  /** Once per id: a second one takes the place of the first. */
  put(judgement: Judgement): Promise<void>;
  find(id: string): Promise<Judgement | undefined>;
  remove(id: string): Promise<void>;
  /** Newest first. */
  list(page: { readonly offset: number; readonly limit: number }): Promise<{ items: Judgement[]; total: number }>;
  /** False when somebody else has changed the settings since `revision` (0: never changed). */
  changeSettings(space: string, revision: number, settings: RankingSettings): Promise<boolean>;
}
