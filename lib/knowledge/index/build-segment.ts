import { surfaceMark } from '../text/analyze.ts';
import type { PassageKey } from './segment-header.ts';
import {
  type EncodedSegment,
  encodeSegment,
  type PassageTable,
  type SegmentPassage,
  type TermPostings,
} from './segment.ts';

/** One segment of some passages. */
export function buildSegment(passages: readonly SegmentPassage[], languages: Iterable<string>): EncodedSegment {
  const sorted = passages.toSorted(byPlace);
  return encodeSegment(tableOf(sorted, languages), postingsOf(sorted));
}

/** The order of passages in a segment. */
export function byPlace(a: PassageKey, b: PassageKey): number {
  if (a.documentId !== b.documentId) return a.documentId < b.documentId ? -1 : 1;
  return a.version - b.version || a.ordinal - b.ordinal;
}

/** The table of passages that are in order. */
export function tableOf(
  passages: readonly (PassageKey & { readonly length: number })[],
  languages: Iterable<string>,
): PassageTable {
  const documents: { id: string; version: number }[] = [];
  const documentOf = passages.map(({ documentId: id, version }) => {
    const last = documents.at(-1);
    if (last?.id !== id || last.version !== version) documents.push({ id, version });
    return documents.length - 1;
  });
  return {
    documents,
    documentOf,
    ordinalOf: passages.map(({ ordinal }) => ordinal),
    lengthOf: passages.map(({ length }) => length),
    languages: [...new Set(languages)].toSorted(),
  };
}

function postingsOf(passages: readonly SegmentPassage[]): TermPostings[] {
  const byTerm = new Map<string, { count: number; passages: number[]; frequencies: number[] }>();
  const entry = (term: string) => {
    let found = byTerm.get(term);
    if (!found) byTerm.set(term, (found = { count: 0, passages: [], frequencies: [] }));
    return found;
  };
  passages.forEach(({ terms, surfaces }, passage) => {
    for (const [term, frequency] of terms) {
      const { passages: at, frequencies } = entry(term);
      at.push(passage);
      frequencies.push(frequency);
    }
    for (const surface of surfaces) entry(surfaceMark + surface).count += 1;
  });
  return [...byTerm]
    .map(([term, postings]) => ({ term: Buffer.from(term, 'utf8'), ...postings }))
    .toSorted((a, b) => Buffer.compare(a.term, b.term));
}
