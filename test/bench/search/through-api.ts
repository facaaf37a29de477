import type { Collection } from './collections.ts';
import { documentsOf } from './collections.ts';
import { type Platform, startPlatform } from './platform.ts';

interface Timed {
  readonly p50: number;
  readonly p99: number;
  /** Milliseconds of CPU a query, of the whole platform with its stores. */
  readonly cpu: number;
}

export interface Cost {
  readonly passages: number;
  readonly bytes: number;
  readonly segments: number;
  /** Milliseconds of CPU a passage: everything from the request to the merged index. */
  readonly cpu: number;
  /** Straight after a start: nothing is in the process yet. */
  readonly cold: Timed;
  readonly warm: Timed;
}

const writers = 4;
const path = '/api/v1/knowledge';

/** Fills the base up to each of some sizes through the API, and measures queries there: all of them once after a restart, then again. */
export async function* costs(
  collections: readonly Collection[],
  sizes: readonly number[],
  state: string,
  say: (line: string) => void,
): AsyncGenerator<Cost> {
  const queries = collections.flatMap(({ queries: some }) => some.slice(0, 100)).map(({ text }) => text);
  let [written, cpu] = [0, 0];
  const documents = documentsOf(collections, sizes.at(-1) ?? 0);
  for (const size of sizes) {
    let platform = await startPlatform(state);
    const before = platform.cpuMs();
    await Promise.all(
      Array.from({ length: writers }, async () => {
        while (written < size) {
          written += 10;
          const { value } = documents.next() as { value: { title: string; text: string } };
          await platform.post(`${path}/documents`, { title: value.title, content: value.text });
          if (written % 1000 === 0) say(`${written} of ${size} passages written`);
        }
      }),
    );
    const filled = await indexed(platform, say);
    cpu += platform.cpuMs() - before;
    await platform.stop();
    platform = await startPlatform(state);
    const cold = await timed(platform, queries);
    await timed(platform, queries);
    const warm = await timed(platform, queries);
    await platform.stop();
    yield { ...filled, bytes: filled.bytes / filled.passages, cpu: cpu / filled.passages, cold, warm };
  }
}

/** Waits until nothing waits for the index and its segments have been merged. */
async function indexed(platform: Platform, say: (line: string) => void) {
  let last = '';
  for (;;) {
    const { documents, passages, index_bytes, segments } = await platform.get(`${path}/status`);
    const { pending } = documents as { pending: number };
    const seen = JSON.stringify([pending, passages, index_bytes, segments]);
    if (pending === 0 && seen === last)
      return { passages: Number(passages), bytes: Number(index_bytes), segments: Number(segments) };
    last = seen;
    say(`${pending} documents wait for the index`);
    await new Promise((resolve) => setTimeout(resolve, 2000));
  }
}

async function timed(platform: Platform, queries: readonly string[]): Promise<Timed> {
  const times: number[] = [];
  const before = platform.cpuMs();
  for (const query of queries) {
    const startedAt = performance.now();
    await platform.post(`${path}/search`, { query });
    times.push(performance.now() - startedAt);
  }
  const cpu = (platform.cpuMs() - before) / queries.length;
  times.sort((a, b) => a - b);
  const at = (share: number): number => times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? 0;
  return { p50: at(0.5), p99: at(0.99), cpu };
}
