import { currentCorrelation } from '../../kernel/log/correlation.ts';
import { type DocumentStore, type Embedder, EmbeddingUnavailable, librarySpace } from '../ports.ts';
import type { SearchServices } from '../search/open-space.ts';
import { findPassages } from '../search/search.ts';
import type { RankingSettings } from '../search/settings.ts';
import { mostJudgements } from './keep-judgements.ts';
import type { Judgement, JudgementStore } from './ports.ts';

export interface EvaluationServices extends SearchServices {
  readonly judgements: JudgementStore;
}

/** How well the judged queries are answered. */
export interface Quality {
  readonly queries: number;
  readonly ndcg_at_10: number | null;
}

/** Relevance of documents by query. */
type Judged = ReadonlyMap<string, ReadonlyMap<string, number>>;

const depth = 10;
/** Several passages of a document count as one answer. */
const passages = 50;

/**
 * The mean nDCG@10 of the judged queries under each of some settings, answered as a search without any wish about its mode is. Normalized discounted cumulative gain
 * after Järvelin and Kekäläinen (2002), with 2^relevance − 1 as the gain.
 */
export async function evaluate(services: EvaluationServices, ...settings: RankingSettings[]): Promise<Quality[]> {
  const judged = await readJudged(services);
  const embedder = await remembered(services.embedder, [...judged.keys()]);
  const qualities: Quality[] = [];
  for (const one of settings) {
    let sum = 0;
    for (const [query, relevance] of judged) {
      const question = { query, limit: passages, mode: 'hybrid', settings: one } as const;
      const { hits } = await findPassages({ ...services, embedder }, librarySpace, question);
      const documents = [...new Set(hits.map(({ document }) => document.id))];
      sum +=
        gainOf(documents.map((id) => relevance.get(id) ?? 0)) /
        gainOf([...relevance.values()].toSorted((a, b) => b - a));
    }
    const ndcg = judged.size === 0 ? null : Math.round((sum / judged.size) * 1e6) / 1e6;
    qualities.push({ queries: judged.size, ndcg_at_10: ndcg });
  }
  return qualities;
}

function gainOf(relevance: readonly number[]): number {
  return relevance.slice(0, depth).reduce((sum, grade, at) => sum + (2 ** grade - 1) / Math.log2(at + 2), 0);
}

/** Queries to which a document that is still there is relevant; of several opinions the mean counts. */
async function readJudged({ judgements, documents }: EvaluationServices): Promise<Judged> {
  const { items } = await judgements.list({ offset: 0, limit: mostJudgements });
  const alive = await aliveOf(documents, items);
  const byQuery = Map.groupBy(
    items.filter(({ documentId }) => alive.has(documentId)),
    ({ query }) => query,
  );
  const judged = [...byQuery].map(([query, of]) => {
    const byDocument = Map.groupBy(of, ({ documentId }) => documentId);
    return [query, new Map([...byDocument].map(([id, opinions]) => [id, meanOf(opinions)]))] as const;
  });
  return new Map(
    judged
      .filter(([, relevance]) => [...relevance.values()].some((grade) => grade > 0))
      .toSorted(([a], [b]) => (a < b ? -1 : 1)),
  );
}

function meanOf(opinions: readonly Judgement[]): number {
  return opinions.reduce((sum, { relevance }) => sum + relevance, 0) / opinions.length;
}

async function aliveOf(documents: DocumentStore, items: readonly Judgement[]): Promise<ReadonlySet<string>> {
  const heads = await documents.heads([...new Set(items.map(({ documentId }) => documentId))]);
  return new Set(heads.map(({ id }) => id));
}

/** Embeds all queries in a few calls; both evaluations of a change then see the same vectors. Undefined when the provider is away. */
async function remembered(embedder: Embedder | undefined, queries: readonly string[]): Promise<Embedder | undefined> {
  if (!embedder || queries.length === 0) return undefined;
  const vectors = new Map<string, Float32Array>();
  try {
    for (let from = 0; from < queries.length; from += 100) {
      const batch = queries.slice(from, from + 100);
      const embedded = await embedder.embed(batch, AbortSignal.timeout(10_000));
      batch.forEach((query, at) => vectors.set(query, embedded[at] ?? new Float32Array()));
    }
  } catch (error) {
    if (!(error instanceof EmbeddingUnavailable)) throw error;
    currentCorrelation()?.log.warn('Judged queries were not embedded; they are searched by their words.', { error });
    return undefined;
  }
  return {
    model: embedder.model,
    embed: async (texts) => texts.map((text) => vectors.get(text) ?? new Float32Array()),
  };
}
