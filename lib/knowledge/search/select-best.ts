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
    const score = scores[number] ?? 0;
    if (!(score > 0)) continue;
    total += 1;
    if (heap.length < limit) {
      heap.push(number);
      rise();
    } else if (score >= least && isWorse(heap[0] ?? 0, number)) {
      heap[0] = number;
      sink();
    } else continue;
    if (heap.length === limit) least = scores[heap[0] ?? 0] ?? 0;
  }
  return { best: heap.toSorted((a, b) => (isWorse(a, b) ? 1 : -1)), total };
}

function swap(heap: number[], a: number, b: number): void {
  const kept = heap[a] ?? 0;
  heap[a] = heap[b] ?? 0;
  heap[b] = kept;
}
