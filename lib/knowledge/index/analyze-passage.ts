import { termsOf } from '../text/analyze.ts';
import type { Language } from '../text/languages.ts';
import type { Word } from '../text/words.ts';
import type { SegmentPassage } from './segment.ts';

/** A word of a title counts as this many in the text (BM25F with one weighted frequency). */
const titleWeight = 3;

export interface PassageText {
  readonly documentId: string;
  readonly version: number;
  readonly ordinal: number;
  /** Of the document, and the headings above the passage. */
  readonly titles: readonly string[];
  readonly text: string;
}

/** What the index keeps of a passage. */
export function analyzePassage(passage: PassageText, language: Language, facets: Iterable<string>): SegmentPassage {
  const { documentId, version, ordinal, titles, text } = passage;
  const terms = new Map<string, number>();
  const surfaces = new Set<string>();
  let length = 0;
  const addSurfaces = ({ parts }: Word): void => {
    for (const part of parts) if (isDictionaryWord(part)) surfaces.add(part);
  };
  const add = (part: string, weight: number): void => {
    for (const { term, isWhole } of termsOf(part, language, addSurfaces)) {
      terms.set(term, (terms.get(term) ?? 0) + weight);
      // Wholes repeat their parts; a passage is not longer for it.
      if (!isWhole) length += weight;
    }
  };
  for (const title of titles) add(title, titleWeight);
  add(text, 1);
  for (const facet of facets) terms.set(facet, 1);
  return { documentId, version, ordinal, length, terms, surfaces };
}

/** What may be offered for a word that was misspelt. */
function isDictionaryWord(word: string): boolean {
  return word.length >= 4 && word.length <= 24 && /^\p{L}+$/u.test(word);
}
