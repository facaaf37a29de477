import type { OpenIndex, Postings, SegmentPostings } from '../index/open-index.ts';

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
 * @param only Marks the passages that it is added to; `matches` are those that have a score already.
 */
export function addScores(
  index: OpenIndex,
  concepts: readonly FoundConcept[],
  scores: Float64Array,
  only?: Uint8Array | 'matches',
): void {
  const { k1, b } = index.settings;
  const average = Math.max(1, index.liveLength / Math.max(1, index.livePassages));
  // How much a passage of no length, and each of its words, holds a frequency back.
  const [held, heldByWord] = [k1 * (1 - b), (k1 * b) / average];
  const marks = only === 'matches' ? undefined : only;
  for (const { postings, idf, weight } of concepts) {
    const most = weight * idf * (k1 + 1);
    index.segments.forEach(({ header: { lengthOf }, base }, segment) => {
      const list = postings[segment];
      if (!list || list.count === 0) return;
      const { passages, frequencies, count } = list.read();
      for (let at = 0; at < count; at += 1) {
        const passage = passages[at] ?? 0;
        const number = base + passage;
        const score = scores[number] ?? 0;
        if (only && (marks ? marks[number] === 0 : score === 0)) continue;
        const frequency = frequencies[at] ?? 1;
        scores[number] = score + (most * frequency) / (frequency + held + heldByWord * (lengthOf[passage] ?? 0));
      }
    });
  }
}

/** Marks the passages of a concept. */
export function markPassages(index: OpenIndex, { postings }: Pick<FoundConcept, 'postings'>, marks: Uint8Array): void {
  index.segments.forEach(({ base }, segment) => {
    const list = postings[segment];
    if (!list || list.count === 0) return;
    const { passages, count } = list.read();
    for (let at = 0; at < count; at += 1) marks[base + (passages[at] ?? 0)] = 1;
  });
}

/** Passages that hold any of the terms; in those that hold several the frequencies add up. */
function union(lists: readonly (SegmentPostings | undefined)[]): SegmentPostings {
  const filled = lists.filter((list) => list !== undefined).filter(({ count }) => count > 0);
  const [first, ...others] = filled;
  if (!first || others.length === 0) return first ?? { count: 0, read: () => nothing };
  const { passages, frequencies, count } = first.read();
  const copied: Postings = { passages: passages.slice(0, count), frequencies: frequencies.slice(0, count), count };
  const all = others.reduce((sum, list) => merged(sum, list.read()), copied);
  return { count: all.count, read: () => all };
}

const nothing: Postings = { passages: new Uint32Array(), frequencies: new Uint32Array(), count: 0 };

function merged(a: Postings, other: Postings): Postings {
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
