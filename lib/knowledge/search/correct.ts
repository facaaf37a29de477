import type { OpenIndex } from '../index/open-index.ts';

/**
 * The word of the dictionary that was probably meant by one that occurs nowhere: with the same first letter, at most one slip away (two from six letters on),
 * the closest first and then the most frequent. Undefined when there is none.
 */
export async function correctWord(index: OpenIndex, word: string): Promise<string | undefined> {
  const most = word.length >= 6 ? 2 : 1;
  let best: { word: string; slips: number; count: number } | undefined;
  for (const [candidate, count] of await index.dictionary(word.slice(0, 1))) {
    if (Math.abs(candidate.length - word.length) > most || candidate === word) continue;
    const slips = slipsBetween(word, candidate, most);
    if (slips > most) continue;
    const isBetter = !best || slips < best.slips || (slips === best.slips && isMoreLikely({ candidate, count }, best));
    if (isBetter) best = { word: candidate, slips, count };
  }
  return best?.word;
}

function isMoreLikely(
  { candidate, count }: { candidate: string; count: number },
  best: { word: string; count: number },
): boolean {
  return count === best.count ? candidate < best.word : count > best.count;
}

/** Damerau's distance (insert, delete, replace, swap neighbours), counted up to `most` + 1. */
function slipsBetween(a: string, b: string, most: number): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    let least = i;
    for (let j = 1; j <= b.length; j += 1) {
      const isSame = a[i - 1] === b[j - 1];
      let slips = Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (last[j - 1] ?? 0) + (isSame ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        slips = Math.min(slips, (beforeLast[j - 2] ?? 0) + 1);
      row.push(slips);
      least = Math.min(least, slips);
    }
    if (least > most) return most + 1;
    beforeLast = last;
    last = row;
  }
  return last[b.length] ?? most + 1;
}
