import type { Concept } from './score.ts';
import type { RankingSettings } from './settings.ts';

/*
 * Pseudo-relevance feedback after Amati's Bo1 (divergence from randomness, 2003): words that stand in the best passages more often than chance would have them join the question. Chance goes by the
 * passages that hold a word: how often it stands in all of them ranks no better, and takes the postings of those words to find out.
 */
export const feedbackPassages = 3;
/** For each word that is added, so many are looked up in the whole base; three times as many took longer and ranked no better. */
const candidatesPerTerm = 2;

/** Terms of the best passages, those that stand in most of them first; words of the question are among them and so gain weight. */
export function candidateTerms(
  best: readonly ReadonlyMap<string, number>[],
  { expansionTerms }: RankingSettings,
): { term: string; frequency: number }[] {
  const sums = new Map<string, { frequency: number; passages: number }>();
  for (const terms of best)
    for (const [term, frequency] of terms) {
      const { frequency: sum, passages } = sums.get(term) ?? { frequency: 0, passages: 0 };
      sums.set(term, { frequency: sum + frequency, passages: passages + 1 });
    }
  return [...sums]
    .map(([term, { frequency, passages }]) => ({ term, frequency, passages }))
    .toSorted((a, b) => b.passages - a.passages || b.frequency - a.frequency || (a.term < b.term ? -1 : 1))
    .slice(0, candidatesPerTerm * expansionTerms);
}

/** The words with the most information, weighted against the words of the question. `passages`: in how many a term stands, of `all`. */
export function expansion(
  terms: readonly { readonly term: string; readonly frequency: number; readonly passages: number }[],
  all: number,
  { expansionTerms, expansionWeight }: RankingSettings,
): Concept[] {
  const weighed = terms
    .filter(({ passages }) => passages > 0)
    .map(({ term, frequency, passages }) => {
      const chance = passages / all;
      return { term, information: frequency * Math.log2((1 + chance) / chance) + Math.log2(1 + chance) };
    })
    .toSorted((a, b) => b.information - a.information || (a.term < b.term ? -1 : 1))
    .slice(0, expansionTerms);
  const most = weighed[0]?.information ?? 1;
  return weighed.map(({ term, information }) => ({
    word: term,
    terms: [term],
    weight: expansionWeight * (information / most),
  }));
}
