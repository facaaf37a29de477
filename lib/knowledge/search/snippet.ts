import type { PassageRecord } from '../ports.ts';
import type { Language } from '../text/languages.ts';
import { termsOfPassage } from './passage-terms.ts';

/** With the marks. */
const longest = 500;
const mark = '**';
const ellipsis = '… ';

/** The part of a passage that holds most of what was asked for, its matches between two asterisks. `weights`: by term. */
export function snippetOf(
  passage: PassageRecord,
  languages: readonly Language[],
  weights: ReadonlyMap<string, number>,
): string {
  const { text } = passage;
  const matches = matchesIn(passage, languages, weights);
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

interface Match {
  readonly start: number;
  readonly end: number;
  readonly term: string;
  readonly weight: number;
}

/** In order; those that touch or overlap, as words of a script without spaces do, are one. */
function matchesIn(
  passage: PassageRecord,
  languages: readonly Language[],
  weights: ReadonlyMap<string, number>,
): Match[] {
  const found: Match[] = [];
  for (const language of languages) {
    const { terms, starts, ends } = termsOfPassage(passage, language);
    for (let at = 0; at < terms.length; at += 1) {
      const term = terms[at] as string;
      const weight = weights.get(term);
      if (weight !== undefined) found.push({ start: starts[at] as number, end: ends[at] as number, term, weight });
    }
  }
  const matches: Match[] = [];
  // Of what one word matches in parts, or in several languages, the heaviest counts.
  for (const match of found.toSorted((a, b) => a.start - b.start || b.weight - a.weight)) {
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
