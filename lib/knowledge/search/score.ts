import type { OpenIndex, SegmentPostings } from '../index/open-index.ts';

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
 * Adds what the concepts score to `scores` (BM25, Robertson and Zaragoza 2009; fields are in the frequencies already); where `only` is given, to passages alone that it marks.
 * `matched` counts concepts.
 */
export function addScores(
  index: OpenIndex,
  concepts: readonly FoundConcept[],
  scores: Float64Array,
  { only, matched }: { readonly only?: Uint8Array; readonly matched?: Uint8Array } = {},
): void {
  const { k1, b } = index.settings;
  const average = Math.max(1, index.liveLength / Math.max(1, index.livePassages));
  for (const { postings, idf, weight } of concepts) {
    index.segments.forEach(({ header, base }, segment) => {
      const list = postings[segment];
      if (!list) return;
      const { passages, frequencies, count } = list;
      const { lengthOf } = header;
      for (let at = 0; at < count; at += 1) {
        const passage = passages[at] ?? 0;
        const number = base + passage;
        if (only && only[number] === 0) continue;
        const frequency = frequencies[at] ?? 1;
        const saturation = frequency + k1 * (1 - b + (b * (lengthOf[passage] ?? 0)) / average);
        scores[number] = (scores[number] ?? 0) + (weight * idf * frequency * (k1 + 1)) / saturation;
        if (matched && (matched[number] ?? 0) < 255) matched[number] = (matched[number] ?? 0) + 1;
      }
    });
  }
}

/** Marks the passages of a concept. */
export function markPassages(index: OpenIndex, { postings }: Pick<FoundConcept, 'postings'>, marks: Uint8Array): void {
  index.segments.forEach(({ base }, segment) => {
    const list = postings[segment];
    if (!list) return;
    for (let at = 0; at < list.count; at += 1) marks[base + (list.passages[at] ?? 0)] = 1;
  });
}

/** Passages that hold any of the terms; in those that hold several the frequencies add up. */
function union(lists: readonly (SegmentPostings | undefined)[]): SegmentPostings {
  const filled = lists.filter((list) => list !== undefined).filter(({ count }) => count > 0);
  const [first] = filled;
  if (!first) return { passages: new Uint32Array(), frequencies: new Uint32Array(), count: 0 };
  return filled.slice(1).reduce(merged, first);
}

function merged(a: SegmentPostings, other: SegmentPostings): SegmentPostings {
  const passages = new Uint32Array(a.count + other.count);
  const frequencies = new Uint32Array(passages.length);
  let count = 0;
  for (let i = 0, j = 0; i < a.count || j < other.count; count += 1) {
    const left = i < a.count ? (a.passages[i] ?? 0) : Infinity;
    const right = j < other.count ? (other.passages[j] ?? 0) : Infinity;
    passages[count] = Math.min(left, right);
    if (left <= right) frequencies[count] = (frequencies[count] ?? 0) + (a.frequencies[i++] ?? 0);
    if (right <= left) frequencies[count] = (frequencies[count] ?? 0) + (other.frequencies[j++] ?? 0);
  }
  return { passages, frequencies, count };
}
