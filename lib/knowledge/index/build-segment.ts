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
export async function buildSegment(
  passages: readonly SegmentPassage[],
  languages: Iterable<string>,
): Promise<EncodedSegment> {
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
  const byTerm = new Map<string, { passages: number[]; frequencies: number[] }>();
  const dictionary = new Map<string, number>();
  passages.forEach(({ terms, surfaces }, passage) => {
    for (const [term, frequency] of terms) {
      const found = byTerm.get(term);
      if (found) {
        found.passages.push(passage);
        found.frequencies.push(frequency);
      } else byTerm.set(term, { passages: [passage], frequencies: [frequency] });
    }
    for (const surface of surfaces) dictionary.set(surface, (dictionary.get(surface) ?? 0) + 1);
  });
  const words = [...dictionary].map(([surface, count]) => ({
    term: Buffer.from(surfaceMark + surface, 'utf8'),
    count,
    passages: [],
    frequencies: [],
  }));
  const terms = [...byTerm].map(([term, postings]) => ({ term: Buffer.from(term, 'utf8'), count: 0, ...postings }));
  return [...terms, ...words].toSorted((a, b) => Buffer.compare(a.term, b.term));
}
