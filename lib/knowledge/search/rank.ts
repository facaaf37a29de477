import { byPlace as compareKeys } from '../index/build-segment.ts';
import type { OpenIndex } from '../index/open-index.ts';
import type { PassageKey } from '../index/segment-header.ts';
import type { Language } from '../text/languages.ts';
import { wordsOf } from '../text/words.ts';
import { correctWord } from './correct.ts';
import { candidateTerms, expansion, feedbackPassages } from './expand.ts';
import { type ParsedQuery, type QueryWord, readWord } from './parse-query.ts';
import { addScores, bestPossible, type Concept, findConcepts, type FoundConcept, markPassages } from './score.ts';
import { scoreOfRank, selectBest } from './select-best.ts';

/** A question keeps its rarest words. */
const mostConcepts = 64;
const mostCompletions = 64;
const mostCorrections = 8;
/** The expansion decides among so many: ten times as many as anybody is shown. The others stand behind them. */
const expandedPassages = 1000;

/** What a ranking needs besides the index. */
export interface RankOptions {
  readonly languages: readonly Language[];
  /** Terms of facets: one of each list must be there. */
  readonly filters: readonly (readonly string[])[];
  /** Weighted terms of passages, for the expansion; a passage that is gone is left out. */
  readonly termsOfPassages: (keys: readonly PassageKey[]) => Promise<ReadonlyMap<string, number>[]>;
  /** A zero for each passage, to be scored. */
  readonly scores: Float64Array;
}

/** All that matches. */
export interface Ranking {
  /** By passage number; 0: does not match. */
  readonly scores: Float64Array;
  /** By which the scores are between 0 and 1; to go through all of them once more takes as long as to choose the best. */
  readonly share: number;
  readonly concepts: readonly FoundConcept[];
  readonly expanded: readonly FoundConcept[];
  readonly corrected: ReadonlyMap<string, string>;
  /** Marks what the filters and exclusions leave; undefined when they leave everything. */
  readonly allowed: Uint8Array | undefined;
  /** Holds an exact demand: identifiers or quotes. */
  readonly isExact: boolean;
}

export async function rank(index: OpenIndex, query: ParsedQuery, options: RankOptions): Promise<Ranking> {
  const { words, corrected } = await withCorrections(index, query.words, options.languages);
  const completions = await Promise.all(
    query.prefixes.map((prefix) => completePrefix(index, prefix, options.languages)),
  );
  const asked = [...words.flatMap(({ concepts }) => concepts), ...completions.flat()];
  const concepts = rarest(await findConcepts(index, distinct(asked)));
  const allowed = await allowedPassages(index, query, options.filters);
  const { scores } = options;
  addScores(index, concepts, scores, { only: allowed });
  const isExact = query.phrases.length > 0 || words.some(({ isIdentifier }) => isIdentifier);
  const isPlain = !isExact && query.prefixes.length === 0 && options.filters.length === 0;
  const mayExpand = isPlain && words.length >= 3 && index.settings.expansionTerms > 0;
  const expanded = mayExpand ? await expand(index, scores, options) : [];
  const share = 1 / bestPossible(index, [...concepts, ...expanded]);
  return { scores, share, concepts, expanded, corrected, allowed, isExact };
}

/** Before the same: by place, so that equal scores have one order whatever segments they are in. */
export function byPlace(index: OpenIndex): (a: number, b: number) => boolean {
  return (a, b) => compareKeys(index.keyOf(a), index.keyOf(b)) < 0;
}

/** The same word in several ways of writing counts once. */
function distinct(concepts: readonly Concept[]): Concept[] {
  const byTerms = new Map<string, Concept>();
  for (const concept of concepts) {
    const key = concept.terms.join(' ');
    if (!byTerms.has(key)) byTerms.set(key, concept);
  }
  return [...byTerms.values()];
}

function rarest(concepts: readonly FoundConcept[]): FoundConcept[] {
  return concepts.toSorted((a, b) => b.idf - a.idf || (a.word < b.word ? -1 : 1)).slice(0, mostConcepts);
}

async function completePrefix(index: OpenIndex, prefix: string, languages: readonly Language[]): Promise<Concept[]> {
  const words = [...(await index.dictionary(prefix))]
    .toSorted(([a, x], [b, y]) => y - x || (a < b ? -1 : 1))
    .slice(0, mostCompletions)
    .map(([word]) => word);
  const terms = [...new Set(words.flatMap((word) => conceptsOf(word, languages)).flatMap((concept) => concept.terms))];
  return [{ word: `${prefix}*`, terms: terms.length === 0 ? [prefix] : terms, weight: 1 }];
}

function conceptsOf(word: string, languages: readonly Language[]): readonly Concept[] {
  return [...wordsOf(word)].flatMap((read) => readWord(read, languages, true).concepts);
}

function termsOf({ concepts }: QueryWord): string[] {
  return concepts.flatMap(({ terms }) => terms);
}

/** Puts for words that occur nowhere those that were probably meant. */
async function withCorrections(
  index: OpenIndex,
  words: readonly QueryWord[],
  languages: readonly Language[],
): Promise<{ words: QueryWord[]; corrected: ReadonlyMap<string, string> }> {
  const corrected = new Map<string, string>();
  const plain = words.filter(({ isPlain }) => isPlain);
  const counts = await index.counts(plain.flatMap(termsOf));
  for (const { text } of plain.filter((word) => !termsOf(word).some((term) => (counts.get(term) ?? 0) > 0))) {
    if (corrected.size >= mostCorrections) break;
    const correction = await correctWord(index, text);
    if (correction !== undefined) corrected.set(text, correction);
  }
  return {
    words: words.map((word) => {
      const correction = corrected.get(word.text);
      return correction === undefined ? word : { ...word, concepts: conceptsOf(correction, languages) };
    }),
    corrected,
  };
}

async function allowedPassages(
  index: OpenIndex,
  query: ParsedQuery,
  filters: RankOptions['filters'],
): Promise<Uint8Array | undefined> {
  if (filters.length === 0 && query.excluded.length === 0 && query.required.length === 0) return undefined;
  const wanted = await findConcepts(index, [
    ...filters.map((terms) => ({ word: '', terms, weight: 1 })),
    ...query.required,
  ]);
  const unwanted = await findConcepts(
    index,
    query.excluded.flatMap(({ concepts }) => concepts),
  );
  const marks = new Uint8Array(index.size).fill(1);
  const keep = (found: FoundConcept, value: 0 | 1): void => {
    const holding = new Uint8Array(index.size);
    markPassages(index, found, holding);
    for (let passage = 0; passage < marks.length; passage += 1)
      if ((holding[passage] === 1) !== (value === 1)) marks[passage] = 0;
  };
  for (const found of wanted) keep(found, 1);
  for (const found of unwanted) keep(found, 0);
  return marks;
}

/** Adds to the scores of the best passages, and only of such with a word of the question, what they have of words that the very best ones hold; @returns those words. */
async function expand(
  index: OpenIndex,
  scores: Float64Array,
  { termsOfPassages }: RankOptions,
): Promise<FoundConcept[]> {
  const { best } = selectBest(scores, feedbackPassages, byPlace(index));
  const passages = await termsOfPassages(best.map((passage) => index.keyOf(passage)));
  const terms = candidateTerms(passages, index.settings);
  const counts = await index.counts(terms.map(({ term }) => term));
  const holding = terms.map((term) => ({ ...term, passages: counts.get(term.term) ?? 0 }));
  const expanded = await findConcepts(index, expansion(holding, index.livePassages, index.settings));
  addScores(index, expanded, scores, { least: scoreOfRank(scores, expandedPassages, scores[best[0] ?? 0] ?? 0) });
  return expanded;
}
