import type { Collection, Stored } from './collection.ts';
import { mongoError, notSupported } from './errors.ts';
import type { Entry } from './indexes.ts';
import { isNumeric, toDouble } from './numbers.ts';
import { walk } from './paths.ts';
import { stem, STOP_WORDS } from './stemmer.ts';
import { decode, type Doc, isDoc } from './values.ts';

/** What `$text` asks for. */
interface TextQuery {
  search: string;
  language: string | undefined;
}

export function textQueryOf(filter: Doc): TextQuery | undefined {
  for (const [name, operand] of Object.entries(filter)) {
    if (name === '$and' && Array.isArray(operand)) {
      for (const clause of operand) {
        const inner = isDoc(clause) ? textQueryOf(clause) : undefined;
        if (inner) return inner;
      }
    }
    if (
      (name === '$or' || name === '$nor') &&
      Array.isArray(operand) &&
      operand.some((clause) => isDoc(clause) && textQueryOf(clause))
    ) {
      throw notSupported(`$text inside ${name}`);
    }
    if (name !== '$text') continue;
    if (!isDoc(operand) || typeof operand['$search'] !== 'string') {
      throw mongoError('BadValue', '$text needs a $search string');
    }
    const { $search, $language, $caseSensitive, $diacriticSensitive, ...others } = operand;
    const [unknown] = Object.keys(others);
    if (unknown) throw mongoError('BadValue', `extra fields in $text: ${unknown}`);
    if ($caseSensitive === true || $diacriticSensitive === true)
      throw notSupported('case or diacritic sensitive $text');
    return { search: $search, language: $language === undefined ? undefined : languageOf($language) };
  }
  return undefined;
}

function languageOf(value: unknown): string {
  const language = String(value).toLowerCase();
  if (language === 'none' || language === 'simple') return 'none';
  if (language === 'english' || language === 'en') return 'english';
  throw notSupported(`the text search language "${language}"`);
}

function folded(text: string): string {
  return text.normalize('NFD').replaceAll(/\p{M}/gu, '').toLowerCase();
}

function wordsOf(text: string): string[] {
  return (
    folded(text)
      .match(/[\p{L}\p{N}_']+/gu)
      ?.map((word) => word.replaceAll(/^'+|'+$/g, ''))
      .filter(Boolean) ?? []
  );
}

function termsOf(text: string, language: string): string[] {
  if (language === 'none') return wordsOf(text);
  return wordsOf(text)
    .filter((word) => !STOP_WORDS.has(word))
    .map((word) => stem(word));
}

/** A text index's fields, weights and language. */
export class TextSpec {
  readonly #weights: ReadonlyMap<string, number>;
  readonly #language: string;

  constructor(spec: Doc) {
    const weights = isDoc(spec['weights']) ? spec['weights'] : {};
    this.#weights = new Map(
      Object.entries(weights).map(([path, weight]) => [path, isNumeric(weight) ? toDouble(weight) : 1]),
    );
    this.#language = languageOf(spec['default_language'] ?? 'english');
  }

  get language(): string {
    return this.#language;
  }

  /** Each indexed string of the document with its weight. */
  *texts(doc: Doc): Generator<[text: string, weight: number]> {
    for (const [path, weight] of this.#weights) {
      const texts: string[] = [];
      if (path === '$**') collectStrings(doc, texts);
      else {
        walk(doc, path.split('.'), (leaf) => {
          for (const item of Array.isArray(leaf) ? leaf : [leaf]) if (typeof item === 'string') texts.push(item);
          return false;
        });
      }
      for (const text of texts) yield [text, weight];
    }
  }

  /** The document's terms and what each is worth, by the formula of MongoDB's text index version 3. */
  entries(doc: Doc): Entry[] {
    const scores = new Map<string, number>();
    for (const [text, weight] of this.texts(doc)) {
      const terms = termsOf(text, this.#language);
      const seen = new Map<string, { count: number; frequency: number }>();
      for (const term of terms) {
        const { count, frequency } = seen.get(term) ?? { count: 0, frequency: 0 };
        seen.set(term, { count: count + 1, frequency: frequency + 1 / 2 ** count });
      }
      for (const [term, { count, frequency }] of seen) {
        const coefficient = (0.5 * count) / terms.length + 0.5;
        const whole = text.toLowerCase() === term ? 1.1 : 1;
        scores.set(term, (scores.get(term) ?? 0) + weight * frequency * coefficient * whole);
      }
    }
    return Array.from(scores, ([term, score]) => ({ key: Buffer.from(term), values: [], score }));
  }
}

function collectStrings(value: unknown, found: string[]): void {
  if (typeof value === 'string') found.push(value);
  else if (Array.isArray(value)) for (const item of value) collectStrings(item, found);
  else if (isDoc(value)) for (const item of Object.values(value)) collectStrings(item, found);
}

interface ParsedSearch {
  terms: Set<string>;
  negatedTerms: Set<string>;
  phrases: string[];
  negatedPhrases: string[];
}

function parseSearch(search: string, language: string): ParsedSearch {
  const parsed: ParsedSearch = { terms: new Set(), negatedTerms: new Set(), phrases: [], negatedPhrases: [] };
  for (const [, sign, phrase, words = ''] of search.matchAll(/(?<![^\s"])(-?)(?:"([^"]*)"?|([^\s"]+))/g)) {
    const text = phrase ?? words;
    const terms = termsOf(text, language);
    if (sign && phrase !== undefined) parsed.negatedPhrases.push(folded(phrase));
    else if (sign) for (const term of terms) parsed.negatedTerms.add(term);
    else {
      for (const term of terms) parsed.terms.add(term);
      if (phrase !== undefined) parsed.phrases.push(folded(phrase));
    }
  }
  return parsed;
}

/** The documents that match `$text`, each with its score: any of the terms, all phrases, nothing negated. */
export function* searchText(
  collection: Collection,
  { search, language }: TextQuery,
): Generator<Stored & { score: number }> {
  const index = collection.indexes.find(({ text }) => text !== undefined);
  const spec = index?.text;
  if (!index || !spec) throw mongoError('IndexNotFound', 'text index required for $text query');
  const { terms, negatedTerms, phrases, negatedPhrases } = parseSearch(search, language ?? spec.language);
  const scores = new Map<number, number>();
  for (const term of terms) {
    for (const [rid, score] of collection.termScores(index, term)) scores.set(rid, (scores.get(rid) ?? 0) + score);
  }
  for (const term of negatedTerms) for (const rid of collection.termScores(index, term).keys()) scores.delete(rid);
  for (const [rid, score] of scores) {
    const bytes = collection.read(rid);
    if (!bytes) continue;
    const texts =
      phrases.length + negatedPhrases.length > 0 ? Array.from(spec.texts(decode(bytes)), ([text]) => folded(text)) : [];
    const holds = (phrase: string): boolean => texts.some((text) => text.includes(phrase));
    if (phrases.every(holds) && !negatedPhrases.some(holds)) yield { rid, bytes, score };
  }
}
