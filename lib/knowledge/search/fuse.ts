import type { OpenIndex } from '../index/open-index.ts';
import type { PassageKey } from '../index/segment-header.ts';
import type { Ranking } from './rank.ts';
import { markPassages } from './score.ts';
import { selectBest } from './select-best.ts';

/** What is left of the weight of meaning where something is asked for as it is written. */
const whenExact = 0.6;
const lexicalCandidates = 200;
/** A word in so few passages is asked for on purpose. */
const rare = 3;

export interface Similar {
  readonly key: PassageKey;
  readonly similarity: number;
}

/** Cosines by passage number; 0 for all others. */
export function similarities(index: OpenIndex, similar: readonly Similar[], { allowed }: Ranking): Float64Array {
  const scores = new Float64Array(index.size);
  for (const { key, similarity } of similar) {
    const number = numberOf(index, key);
    if (number !== -1 && allowed?.[number] !== 0) scores[number] = similarity;
  }
  return scores;
}

/**
 * One score of words and meaning: both stretched over their candidates and added by weight, which ranked better than adding ranks on every collection that was measured.
 * A passage with a rare word of the question stands before every passage without one. Between 0 and 1.
 */
export function fuse(
  index: OpenIndex,
  ranking: Ranking,
  semantic: Float64Array,
  isBefore: (a: number, b: number) => boolean,
): Float64Array {
  const lexical = ranking.scores;
  const candidates = new Set(selectBest(lexical, lexicalCandidates, isBefore).best);
  semantic.forEach((score, number) => {
    if (score > 0) candidates.add(number);
  });
  const [words, meaning] = [stretched(lexical, candidates), stretched(semantic, candidates)];
  const alpha = index.settings.semanticWeight * (ranking.isExact ? whenExact : 1);
  const holding = rareWords(index, ranking);
  const fused = new Float64Array(index.size);
  for (const number of candidates) {
    const score = Math.max(1e-9, alpha * (meaning.get(number) ?? 0) + (1 - alpha) * (words.get(number) ?? 0));
    fused[number] = holding === undefined ? score : (holding[number] === 1 ? 0.5 : 0) + score / 2;
  }
  return fused;
}

function stretched(scores: Float64Array, candidates: ReadonlySet<number>): Map<number, number> {
  const values = [...candidates].map((number) => scores[number] ?? 0);
  const most = values.reduce((a, b) => Math.max(a, b), 0);
  const least = values.reduce((a, b) => Math.min(a, b), most);
  const span = most - least;
  return new Map(
    [...candidates].map((number) => [number, span === 0 ? (most > 0 ? 1 : 0) : ((scores[number] ?? 0) - least) / span]),
  );
}

function rareWords(index: OpenIndex, { concepts }: Ranking): Uint8Array | undefined {
  const found = concepts.filter(({ count }) => count > 0 && count <= rare);
  if (found.length === 0) return undefined;
  const marks = new Uint8Array(index.size);
  for (const concept of found) markPassages(index, concept, marks);
  return marks;
}

/** The number of a passage in the index; -1 when it is not there. */
function numberOf({ segments }: OpenIndex, { documentId, version, ordinal }: PassageKey): number {
  for (const { header, base, dead } of segments) {
    const document = header.findDocument(documentId, version);
    if (document === -1) continue;
    const first = header.documentOf.indexOf(document);
    for (let passage = first; passage !== -1 && header.documentOf[passage] === document; passage += 1)
      if (header.ordinalOf[passage] === ordinal) return dead?.[passage] === 1 ? -1 : base + passage;
  }
  return -1;
}
