import type { Language } from '../text/languages.ts';
import { termOf, wholeTerm } from '../text/analyze.ts';
import { type Word, wordsOf } from '../text/words.ts';

/** With the marks. */
const longest = 500;
const mark = '**';
const ellipsis = '… ';

/** The term that a word matches, and what that weighs; undefined for a word that was not asked for. */
export type Matcher = (word: Word) => { readonly term: string; readonly weight: number } | undefined;

/** `weights`: by term. */
export function matcherOf(languages: readonly Language[], weights: ReadonlyMap<string, number>): Matcher {
  // Most words of the passages stand there again and again.
  const ofParts = new Map<string, ReturnType<Matcher>>();
  const heaviest = (terms: readonly (string | undefined)[]): ReturnType<Matcher> =>
    terms.reduce<ReturnType<Matcher>>((best, term) => {
      const weight = term === undefined ? undefined : weights.get(term);
      return term !== undefined && weight !== undefined && weight > (best?.weight ?? -1) ? { term, weight } : best;
    }, undefined);
  const matchOf = (part: string): ReturnType<Matcher> => {
    if (!ofParts.has(part)) ofParts.set(part, heaviest(languages.map((language) => termOf(part, language))));
    return ofParts.get(part);
  };
  return (word) => {
    let best = heaviest([wholeTerm(word)]);
    for (const part of word.parts) {
      const match = matchOf(part);
      if (match && match.weight > (best?.weight ?? -1)) best = match;
    }
    return best;
  };
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

/** In order; those that touch or overlap, as words of a script without spaces do, are one. */
function matchesIn(text: string, matcher: Matcher): Match[] {
  const found: Match[] = [];
  for (const word of wordsOf(text)) {
    const match = matcher(word);
    if (match) found.push({ start: word.start, end: word.end, ...match });
  }
  const matches: Match[] = [];
  for (const match of found.toSorted((a, b) => a.start - b.start)) {
    const last = matches.at(-1);
    if (last && match.start <= last.end) matches.splice(-1, 1, { ...last, end: Math.max(last.end, match.end) });
    else matches.push(match);
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
