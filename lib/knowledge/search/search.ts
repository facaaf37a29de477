import { MissingSegment } from '../index/cached-segments.ts';
import { facetTerm } from '../index/facets.ts';
import type { OpenIndex } from '../index/open-index.ts';
import type { PassageKey } from '../index/segment-header.ts';
import { EmbeddingUnavailable, librarySpace, type PassageRecord } from '../ports.ts';
import { currentCorrelation } from '../../kernel/log/correlation.ts';
import { findSimilar } from '../vectors/find-similar.ts';
import { fuse, similarities } from './fuse.ts';
import type { Search, SearchResults } from '../schema.ts';
import { languagesOf, termsOf } from '../text/analyze.ts';
import type { Language } from '../text/languages.ts';
import { collectHits } from './collect-hits.ts';
import type { Found } from './found.ts';
import type { PassageReader } from './kept-passages.ts';
import { openSpace, type SearchServices } from './open-space.ts';
import { parseQuery } from './parse-query.ts';
import { termsOfPassage } from './passage-terms.ts';
import { presentResults } from './present-result.ts';
import { byPlace, rank, type Ranking } from './rank.ts';
import type { RankingSettings } from './settings.ts';

/** Searches the documents. The same question has the same answer until something is written. */
export async function searchKnowledge(services: SearchServices, input: Search): Promise<SearchResults> {
  const started = performance.now();
  const found = await findPassages(services, librarySpace, input);
  const { corrected } = found.ranking;
  return {
    results: presentResults(found, input.explain),
    total: found.total,
    query_time_ms: Math.round((performance.now() - started) * 10) / 10,
    mode: found.mode,
    ...(corrected.size > 0 && { corrected: Object.fromEntries(corrected) }),
  };
}

type Question = Pick<Search, 'query' | 'limit' | 'filters' | 'min_similarity'> & {
  readonly mode?: Search['mode'];
  /** Instead of the space's own. */
  readonly settings?: RankingSettings;
};

/** The best passages of a space; by words alone where nothing else is asked for, or nobody embeds the question. */
export async function findPassages(services: SearchServices, space: string, question: Question): Promise<Found> {
  return beforeMerge(async () => {
    const index = await openSpace(services, space, question.settings);
    return index.withScores((scores) => findIn({ index, scores, space }, services, question));
  });
}

async function findIn(
  { index, scores: zeros, space }: { readonly index: OpenIndex; readonly scores: Float64Array; readonly space: string },
  services: SearchServices,
  { query, limit, filters = {}, min_similarity = 0, mode = 'lexical' }: Question,
): Promise<Found> {
  const languages = await languagesOf(index.languages);
  const parsed = parseQuery(query, languages);
  const ranking = await rank(index, parsed, {
    languages,
    filters: Object.entries(filters).map(([key, value]) => [value].flat().map((one) => facetTerm(key, one))),
    termsOfPassages: (keys) => feedbackTerms(services.passageReader, keys, languages),
    scores: zeros,
  });
  const semantic = isSure(mode, ranking) ? undefined : await findMeaning(services, space, query, index, ranking);
  const scores = scoresOf(mode, index, ranking, semantic);
  const share = semantic ? 1 : ranking.share;
  if (min_similarity > 0)
    for (let number = 0; number < scores.length; number += 1)
      if ((scores[number] ?? 0) * share < min_similarity) scores[number] = 0;
  const found = await collectHits(services, index, scores, { limit, query: parsed, space });
  const hits = found.hits.map((hit) => ({
    ...hit,
    score: Math.min(1, hit.score * share),
    lexical: Math.min(1, (ranking.scores[hit.number] ?? 0) * ranking.share),
  }));
  const { scores: _scores, ...ranked } = ranking;
  return {
    hits,
    total: found.total,
    ranking: ranked,
    index,
    languages,
    semantic,
    mode: semantic ? mode : 'lexical',
  };
}

/** Words as they are written need nobody to guess what they mean: that saves the time of the provider. */
function isSure(mode: Search['mode'], { isExact, concepts }: Ranking): boolean {
  return mode === 'lexical' || (mode === 'hybrid' && isExact && concepts.every(({ count }) => count > 0));
}

async function findMeaning(
  services: SearchServices,
  space: string,
  query: string,
  index: OpenIndex,
  ranking: Ranking,
): Promise<Float64Array | undefined> {
  const { embedder } = services;
  if (!embedder) return undefined;
  try {
    const [vector] = await embedder.embed([query.slice(0, 8000).toWellFormed()], AbortSignal.timeout(5000));
    return vector && similarities(index, await findSimilar(services, space, embedder.model, vector), ranking);
  } catch (error) {
    if (!(error instanceof EmbeddingUnavailable)) throw error;
    currentCorrelation()?.log.warn('A query was not embedded; it was searched by its words.', { error });
    return undefined;
  }
}

function scoresOf(
  mode: Search['mode'],
  index: OpenIndex,
  ranking: Ranking,
  semantic: Float64Array | undefined,
): Float64Array {
  if (!semantic) return ranking.scores;
  return mode === 'semantic' ? semantic.slice() : fuse(index, ranking, semantic, byPlace(index));
}

/** Reads the manifest once more when a merge has removed a segment under a slow search. */
async function beforeMerge<T>(search: () => Promise<T>): Promise<T> {
  try {
    return await search();
  } catch (error) {
    if (error instanceof MissingSegment) return search();
    throw error;
  }
}

/** The terms of the best passages, every word of title and text once: a title does not count three times here. */
async function feedbackTerms(
  passageReader: PassageReader,
  keys: readonly PassageKey[],
  languages: readonly Language[],
): Promise<ReadonlyMap<string, number>[]> {
  const ids = keys.map(({ documentId, version, ordinal }) => `${documentId}.${version}.${ordinal}`);
  return (await passageReader(ids)).flatMap((passage) => {
    const language = languages.find(({ code }) => code === passage.language) ?? languages[0];
    return language ? [countTerms(passage, language)] : [];
  });
}

function countTerms(passage: PassageRecord, language: Language): Map<string, number> {
  const { title, headings } = passage;
  const counts = new Map<string, number>();
  const ofTitles = [title, ...headings].flatMap((part) => [...termsOf(part, language)].map(({ term }) => term));
  for (const term of [...ofTitles, ...termsOfPassage(passage, language).terms])
    counts.set(term, (counts.get(term) ?? 0) + 1);
  return counts;
}
