import { termOf, wholeTerm } from '../text/analyze.ts';
import type { Language } from '../text/languages.ts';
import { type Word, withoutAccents, wordsOf } from '../text/words.ts';
import type { Concept } from './score.ts';

/** One word that the caller asks for. */
export interface QueryWord {
  /** In lower case. */
  readonly text: string;
  readonly concepts: readonly Concept[];
  /** Those of its parts, without the whole. */
  readonly parts: readonly Concept[];
  /** An identifier or compound: meant as it stands. */
  readonly isIdentifier: boolean;
  /** Misspelt words of plain text may be corrected. */
  readonly isPlain: boolean;
}

export interface ParsedQuery {
  readonly words: readonly QueryWord[];
  /** Beginnings of words: `auth*`. */
  readonly prefixes: readonly string[];
  /** Words that must follow each other as quoted. */
  readonly phrases: readonly (readonly string[])[];
  /** The words of phrases: a passage must hold all of them. */
  readonly required: readonly Concept[];
  /** A passage with one of these is left out. */
  readonly excluded: readonly QueryWord[];
  readonly excludedPhrases: readonly (readonly string[])[];
}

/** A question has at most this many different words; more are cut off before they are weighed. */
const mostWords = 256;
/** In a longer question quotes set words off; they do not demand them. */
const longestStrict = 8;
/** Beside its parts: an identifier is meant as it stands; a compound of prose (boundary-layer) may stand there in words too. */
const identifierWeight = 1.5;
const compoundWeight = 0.5;
/** Each further time that a word is asked for. */
const repeatWeight = 0.5;

/**
 * Reads a query: plain words; "words that follow each other"; -without; begin*. Whatever else stands in it is plain text, so that every query has a meaning.
 * Words are stemmed in each of `languages`, since a few words do not show in which they are.
 */
export function parseQuery(query: string, languages: readonly Language[]): ParsedQuery {
  const words = new Map<string, QueryWord>();
  const excluded: QueryWord[] = [];
  const required: Concept[] = [];
  const prefixes = new Set<string>();
  let unquoted = 0;
  const phrases: string[][] = [];
  const excludedPhrases: string[][] = [];
  const add = (text: string, quoted: boolean): void => {
    for (const word of wordsOf(text)) {
      if (words.size >= mostWords) return;
      const read = readWord(word, languages, quoted);
      const known = words.get(read.text);
      if (read.concepts.length > 0) words.set(read.text, known ? heavier(known) : read);
    }
  };
  for (const [, isWithout, phrase, plain = ''] of query.matchAll(/(?<!\S)(-)?"([^"]+)"|(\S+)/gu)) {
    if (phrase !== undefined) {
      const sequence = sequenceOf(phrase);
      if (sequence.length === 0) continue;
      if (isWithout === undefined) {
        phrases.push(sequence);
        add(phrase, true);
        required.push(...readAll(phrase, languages).flatMap(({ parts }) => parts));
      } else if (sequence.length === 1) excluded.push(...readAll(phrase, languages));
      else excludedPhrases.push(sequence);
    } else if (/^-[\p{L}\p{N}]/u.test(plain)) excluded.push(...readAll(plain, languages));
    else if (/^[\p{L}\p{N}]{2,64}\*$/u.test(plain)) prefixes.add(plain.slice(0, -1).toLowerCase());
    else {
      add(plain, false);
      unquoted += 1;
    }
  }
  const strict = unquoted <= longestStrict ? { phrases, required } : { phrases: [], required: [] };
  return {
    words: [...words.values()],
    prefixes: [...prefixes].slice(0, 8),
    ...strict,
    excluded,
    excludedPhrases,
  };
}

/** The words of a text one after the other, as phrases are compared. */
export function sequenceOf(text: string): string[] {
  return [...wordsOf(text)].flatMap(({ parts }) => parts.map(withoutAccents));
}

function readAll(text: string, languages: readonly Language[]): QueryWord[] {
  return [...wordsOf(text)].map((word) => readWord(word, languages, true));
}

function heavier(word: QueryWord): QueryWord {
  return { ...word, concepts: word.concepts.map((concept) => ({ ...concept, weight: concept.weight + repeatWeight })) };
}

export function readWord(word: Word, languages: readonly Language[], quoted: boolean): QueryWord {
  const whole = wholeTerm(word);
  const isStopWord = languages.some(({ code, stopWords }) => code === 'en' && stopWords.has(word.whole));
  const parts = isStopWord
    ? []
    : word.parts.map((part) => conceptOf(part, languages)).filter((concept) => concept !== undefined);
  const weight = /[-']/.test(word.whole) ? compoundWeight : identifierWeight;
  return {
    text: word.whole,
    concepts: [...parts, ...(whole === undefined ? [] : [{ word: word.whole, terms: [whole], weight }])],
    parts,
    isIdentifier: whole !== undefined || /\p{N}/u.test(word.whole),
    isPlain: !quoted && whole === undefined && /^\p{L}{4,24}$/u.test(word.whole),
  };
}

/** Undefined for what says nothing in every language, or in English, which the other languages of a base about software are full of. */
function conceptOf(part: string, languages: readonly Language[]): Concept | undefined {
  if (languages.some(({ code, stopWords }) => code === 'en' && stopWords.has(part))) return undefined;
  const terms = new Set(languages.map((language) => termOf(part, language)).filter((term) => term !== undefined));
  return terms.size === 0 ? undefined : { word: part, terms: [...terms], weight: 1 };
}
