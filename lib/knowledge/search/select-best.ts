/**
 * The `limit` numbers with the highest scores above zero, best first; `isBefore` decides between equal scores, so that the same question has the same answer.
 */
export function selectBest(
  scores: Float64Array,
  limit: number,
  isBefore: (a: number, b: number) => boolean,
): { best: number[]; total: number } {
  // A binary heap with the worst of the chosen on top.
  const heap: number[] = [];
  const isWorse = (a: number, b: number): boolean => {
    const left = scores[a] ?? 0;
    const right = scores[b] ?? 0;
    return left === right ? isBefore(b, a) : left < right;
  };
  const sink = (): void => {
    for (let at = 0; ;) {
      let least = at;
      for (const child of [2 * at + 1, 2 * at + 2])
        if (child < heap.length && isWorse(heap[child] ?? 0, heap[least] ?? 0)) least = child;
      if (least === at) return;
      swap(heap, at, least);
      at = least;
    }
  };
  const rise = (): void => {
    for (let at = heap.length - 1; at > 0;) {
      const parent = (at - 1) >> 1;
      if (!isWorse(heap[at] ?? 0, heap[parent] ?? 0)) return;
      swap(heap, at, parent);
      at = parent;
    }
  };
  let total = 0;
  /** Of the worst that is chosen, once there are enough. */
  let least = 0;
  for (let number = 0; number < scores.length; number += 1) {
    const score = scores[number] as number;
    // Without a branch: which of half a million passages match is what a processor cannot guess.
    total += Number(score > 0);
    if (score < least || !(score > 0)) continue;
    if (heap.length < limit) {
      heap.push(number);
      rise();
    } else if (isWorse(heap[0] ?? 0, number)) {
      heap[0] = number;
      sink();
    } else continue;
    if (heap.length === limit) least = scores[heap[0] ?? 0] ?? 0;
  }
  return { best: heap.toSorted((a, b) => (isWorse(a, b) ? 1 : -1)), total };
}

/** Into so many steps the scores are sorted to find one by its rank. */
const steps = 4096;

/** A score above zero that at least `rank` of them reach, where so many are above zero, and hardly more. `most`: the highest of them. */
export function scoreOfRank(scores: Float64Array, rank: number, most: number): number {
  const counts = new Uint32Array(steps + 1);
  for (let number = 0; number < scores.length; number += 1) {
    const step = Math.floor(((scores[number] ?? 0) / most) * steps);
    counts[step] = (counts[step] ?? 0) + 1;
  }
  let step = steps;
  for (let reached = counts[step] ?? 0; step > 0 && reached < rank; reached += counts[step] ?? 0) step -= 1;
  return step === 0 ? Number.MIN_VALUE : (step / steps) * most;
}

function swap(heap: number[], a: number, b: number): void {
  const kept = heap[a] ?? 0;
  heap[a] = heap[b] ?? 0;
  heap[b] = kept;
}
