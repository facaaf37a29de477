import { type Language, languageOf } from './languages.ts';
import { type Word, withoutAccents, wordsOf } from './words.ts';

/** Terms with which the index keeps what is no text: `\u0001key\u0001value` for filters, `\u0002word` for the dictionary of surface words. */
export const facetMark = '\u0001';
export const surfaceMark = '\u0002';

/** What a part of a word is looked up as; undefined for a stop word. */
export function termOf(part: string, { stem, stopWords }: Language): string | undefined {
  return stopWords.has(part) ? undefined : stem(part);
}

/** What a word of several parts is looked up as when it is meant as it stands. */
export function wholeTerm(word: Word): string | undefined {
  return word.parts.length > 1 || word.parts[0] !== word.whole ? withoutAccents(word.whole) : undefined;
}

/** Every term of a text in one language: parts as stems, identifiers and compounds as wholes too. */
export function* termsOf(
  text: string,
  language: Language,
  onWord?: (word: Word) => void,
): Generator<{ readonly term: string; readonly isWhole: boolean }> {
  for (const word of wordsOf(text)) {
    onWord?.(word);
    if (language.stopWords.has(word.whole)) continue;
    for (const part of word.parts) {
      const term = termOf(part, language);
      if (term !== undefined) yield { term, isWhole: false };
    }
    const whole = wholeTerm(word);
    if (whole !== undefined) yield { term: whole, isWhole: true };
  }
}

/** The languages of some codes, each once. */
export async function languagesOf(codes: Iterable<string>): Promise<Language[]> {
  return Promise.all([...new Set(codes)].toSorted().map(languageOf));
}
