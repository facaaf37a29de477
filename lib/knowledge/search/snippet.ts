import type { Language } from '../text/languages.ts';
import { termOf, wholeTerm } from '../text/analyze.ts';
import { type Word, wordsOf } from '../text/words.ts';

/** With the marks. */
const longest = 500;
const mark = '**';
const ellipsis = '… ';

/** The term that a word matches, and what that weighs; undefined for a word that was not asked for. */
export type Matcher = (word: Word) => { readonly term: string; readonly weight: number } | undefined;

/** A matcher for many texts. `weights`: by term. */
export function matcherOf(languages: readonly Language[], weights: ReadonlyMap<string, number>): Matcher {
  const known = new Map<string, ReturnType<Matcher>>();
  return (word) => {
    const key = [word.whole, ...word.parts.slice(1)].join(' ');
    if (!known.has(key)) known.set(key, heaviest(word, languages, weights));
    return known.get(key);
  };
}

function heaviest(
  word: Word,
  languages: readonly Language[],
  weights: ReadonlyMap<string, number>,
): ReturnType<Matcher> {
  const terms = [wholeTerm(word), ...word.parts.flatMap((part) => languages.map((language) => termOf(part, language)))];
  return terms
    .flatMap((term) => {
      const weight = term === undefined ? undefined : weights.get(term);
      return term === undefined || weight === undefined ? [] : [{ term, weight }];
    })
    .toSorted((a, b) => b.weight - a.weight)[0];
}

/** The part of a text that holds most of what was asked for, its matches between two asterisks. */
export function snippetOf(text: string, matcher: Matcher): string {
  const matches = matchesIn(text, matcher);
  const window = bestWindow(text, matches);
  const start = wordStart(text, window);
  let out = start > 0 ? ellipsis : '';
  let at = start;
  for (const match of matches) {
    if (match.start < at) continue;
    const plain = text.slice(at, match.start);
    const marked = `${mark}${text.slice(match.start, match.end)}${mark}`;
    if (out.length + plain.length + marked.length > longest) break;
    out += plain + marked;
    at = match.end;
  }
  const rest = characterCut(text, at, at + longest - out.length);
  return (out + text.slice(at, rest)).trim().toWellFormed();
}

type Match = Pick<Word, 'start' | 'end'> & NonNullable<ReturnType<Matcher>>;

function matchesIn(text: string, matcher: Matcher): Match[] {
  const matches: Match[] = [];
  for (const word of wordsOf(text)) {
    const found = matcher(word);
    if (found && word.start >= (matches.at(-1)?.end ?? 0)) matches.push({ ...word, ...found });
  }
  return matches;
}

/** Where the window begins whose different matches weigh most. */
function bestWindow(text: string, matches: readonly Match[]): number {
  if (text.length <= longest) return 0;
  const room = longest - 100;
  const counts = new Map<string, number>();
  let weight = 0;
  let best = { start: 0, weight: -1 };
  let first = 0;
  for (const match of matches) {
    if ((counts.get(match.term) ?? 0) === 0) weight += match.weight;
    counts.set(match.term, (counts.get(match.term) ?? 0) + 1);
    for (let oldest = matches[first]; oldest && match.end - oldest.start > room; oldest = matches[++first]) {
      const left = (counts.get(oldest.term) ?? 1) - 1;
      counts.set(oldest.term, left);
      if (left === 0) weight -= oldest.weight;
    }
    if (weight > best.weight) best = { start: matches[first]?.start ?? 0, weight };
  }
  return Math.max(0, best.start - 40);
}

function wordStart(text: string, from: number): number {
  if (from === 0) return 0;
  const space = text.slice(from, from + 40).search(/\s/);
  return space === -1 ? characterCut(text, 0, from) : from + space + 1;
}

/** `to`, or one less where it would part a character. */
function characterCut(text: string, from: number, to: number): number {
  const unit = text.charCodeAt(to);
  return to < text.length && to > from && unit >= 0xdc00 && unit <= 0xdfff ? to - 1 : Math.min(to, text.length);
}
