import type { PassageRecord } from '../ports.ts';
import { termsOf } from '../text/analyze.ts';
import type { Language } from '../text/languages.ts';
import type { Word } from '../text/words.ts';

/** What the words of a passage's text are looked up as, in order, and where each stands (UTF-16 code units). */
export interface PassageTerms {
  readonly terms: readonly string[];
  readonly starts: Uint32Array;
  readonly ends: Uint32Array;
}

/** Of passages that are kept: the best of one question are found again and again. */
const known = new WeakMap<PassageRecord, Map<Language, PassageTerms>>();

export function termsOfPassage(passage: PassageRecord, language: Language): PassageTerms {
  const ofPassage = known.get(passage) ?? new Map<Language, PassageTerms>();
  known.set(passage, ofPassage);
  const found = ofPassage.get(language) ?? analyze(passage.text, language);
  ofPassage.set(language, found);
  return found;
}

function analyze(text: string, language: Language): PassageTerms {
  const terms: string[] = [];
  const [starts, ends]: [number[], number[]] = [[], []];
  let word: Word | undefined;
  for (const { term } of termsOf(text, language, (next) => (word = next))) {
    terms.push(term);
    starts.push(word?.start ?? 0);
    ends.push(word?.end ?? 0);
  }
  return { terms, starts: Uint32Array.from(starts), ends: Uint32Array.from(ends) };
}
