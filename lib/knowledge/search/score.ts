import type { OpenIndex, SegmentPostings } from '../index/open-index.ts';
import { mostFrequent, type Postings } from '../index/postings.ts';

/** Something that a passage may be about: any of these terms. */
export interface Concept {
  /** What the caller wrote, or a word that the expansion has found. */
  readonly word: string;
  readonly terms: readonly string[];
  readonly weight: number;
}

/** A concept with the passages that hold it. */
export interface FoundConcept extends Concept {
  /** By segment. */
  readonly postings: readonly SegmentPostings[];
  /** Live passages that hold it. */
  readonly count: number;
  readonly idf: number;
}

/** Finds each concept's passages. */
export async function findConcepts(index: OpenIndex, concepts: readonly Concept[]): Promise<FoundConcept[]> {
  const byTerm = await index.postings(concepts.flatMap(({ terms }) => terms));
  return concepts.map((concept) => {
    const lists = concept.terms.map((term) => byTerm.get(term) ?? []);
    const postings = index.segments.map((_, segment) => union(lists.map((list) => list[segment])));
    const count = postings.reduce((sum, list) => sum + list.count, 0);
    return { ...concept, postings, count, idf: idfOf(index.livePassages, count) };
  });
}

/** Robertson's and Spärck Jones' weight, in the form that is never negative. */
function idfOf(passages: number, count: number): number {
  return Math.log(1 + (passages - count + 0.5) / (count + 0.5));
}

/** The most that a set of concepts can score: any passage's score over this is between 0 and 1, whatever else is in the index. */
export function bestPossible({ settings: { k1 } }: OpenIndex, concepts: readonly FoundConcept[]): number {
  return concepts.reduce((sum, { idf, weight }) => sum + weight * idf * (k1 + 1), 0);
}

/**
 * Adds what the concepts score to `scores` (BM25, Robertson and Zaragoza 2009; fields are in the frequencies already).
 * @param least Only where there is as much already.
 */
export function addScores(
  index: OpenIndex,
  concepts: readonly FoundConcept[],
  scores: Float64Array,
  { only, least = 0 }: { readonly only?: Uint8Array | undefined; readonly least?: number } = {},
): void {
  const { k1, b } = index.settings;
  const average = Math.max(1, index.liveLength / Math.max(1, index.livePassages));
  // How much a passage of no length, and each of its words, holds a frequency back.
  const [held, heldByWord] = [k1 * (1 - b), (k1 * b) / average];
  // Segment by segment, whose scores fit into a processor's cache.
  index.segments.forEach(({ header: { lengthOf, passages }, base }, segment) => {
    const own = {
      lengthOf,
      scores: scores.subarray(base, base + passages),
      only: only?.subarray(base, base + passages),
    };
    for (const { postings, idf, weight } of concepts) {
      const list = postings[segment];
      if (list && list.count > 0) addList(list.read(), { most: weight * idf * (k1 + 1), held, heldByWord, least }, own);
    }
  });
}

/** Half a million postings come here for one question; `least` and `only` cost each of them a third. */
function addList(
  { passages, frequencies }: Postings,
  { most, held, heldByWord, least }: Readonly<Record<'most' | 'held' | 'heldByWord' | 'least', number>>,
  {
    lengthOf,
    scores,
    only,
  }: { readonly lengthOf: Uint32Array; readonly scores: Float64Array; readonly only: Uint8Array | undefined },
): void {
  const isSelective = least > 0 || only !== undefined;
  for (let at = 0; at < passages.length; at += 1) {
    const passage = passages[at] as number;
    const before = scores[passage] as number;
    if (isSelective && (before < least || only?.[passage] === 0)) continue;
    const frequency = frequencies[at] as number;
    scores[passage] = before + (most * frequency) / (frequency + held + heldByWord * (lengthOf[passage] as number));
  }
}

/** Marks the passages of a concept. */
export function markPassages(index: OpenIndex, { postings }: Pick<FoundConcept, 'postings'>, marks: Uint8Array): void {
  index.segments.forEach(({ base }, segment) => {
    const list = postings[segment];
    if (!list || list.count === 0) return;
    for (const passage of list.read().passages) marks[base + passage] = 1;
  });
}

/** Passages that hold any of the terms; in those that hold several the frequencies add up. */
function union(lists: readonly (SegmentPostings | undefined)[]): SegmentPostings {
  const [first, ...others] = lists.filter((list) => list !== undefined).filter(({ count }) => count > 0);
  if (!first || others.length === 0) return first ?? { count: 0, read: () => nothing };
  const all = others.reduce((sum, list) => merged(sum, list.read()), first.read());
  return { count: all.passages.length, read: () => all };
}

const nothing: Postings = { passages: new Uint32Array(), frequencies: new Uint16Array() };

function merged(a: Postings, b: Postings): Postings {
  const passages = new Uint32Array(a.passages.length + b.passages.length);
  const frequencies = new Uint16Array(passages.length);
  let count = 0;
  for (let i = 0, j = 0; i < a.passages.length || j < b.passages.length; count += 1) {
    const [left = Infinity, right = Infinity] = [a.passages[i], b.passages[j]];
    passages[count] = Math.min(left, right);
    const frequency = (left <= right ? (a.frequencies[i++] ?? 0) : 0) + (right <= left ? (b.frequencies[j++] ?? 0) : 0);
    frequencies[count] = Math.min(frequency, mostFrequent);
  }
  return { passages: passages.subarray(0, count), frequencies: frequencies.subarray(0, count) };
}
