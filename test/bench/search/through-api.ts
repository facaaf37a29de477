import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Collection, documentsOf } from './collections.ts';
import { type Platform, startPlatform } from './platform.ts';

interface Timed {
  readonly p50: number;
  readonly p99: number;
  /** Milliseconds of CPU a query, of the whole platform with its stores. */
  readonly cpu: number;
}

interface Filled {
  readonly passages: number;
  readonly segments: number;
  /** A passage. */
  readonly bytes: number;
  /** Milliseconds of CPU a passage, of the whole platform with its stores: from the request to the merged index. */
  readonly cpu: number;
}

export interface Cost extends Filled {
  /** Straight after a start: nothing is in the process yet. */
  readonly cold: Timed;
  readonly warm: Timed;
}

const writers = 4;
const path = '/api/v1/knowledge';

/** Fills a base of each of some sizes through the API, and measures queries there: all of them once after a start, then again. A base that `state` holds is not filled again. */
export async function* costs(
  collections: readonly Collection[],
  sizes: readonly number[],
  state: string,
  say: (line: string) => void,
): AsyncGenerator<Cost> {
  const queries = collections.flatMap(({ queries: some }) => some.slice(0, 100)).map(({ text }) => text);
  for (const size of sizes) {
    const filled = await fillOnce(collections, size, join(state, String(size)), say);
    await using platform = await startPlatform(join(state, String(size)));
    const cold = await timed(platform, queries);
    await timed(platform, queries);
    const warm = await timed(platform, queries);
    yield { ...filled, cold, warm };
  }
}

async function fillOnce(
  collections: readonly Collection[],
  size: number,
  state: string,
  say: (line: string) => void,
): Promise<Filled> {
  const result = `${state}.json`;
  if (existsSync(result)) return JSON.parse(readFileSync(result, 'utf8')) as Filled;
  await using platform = await startPlatform(state);
  const documents = documentsOf(collections, size);
  const before = platform.cpuMs();
  let written = 0;
  const write = async (): Promise<void> => {
    for (const { title, text } of documents) {
      await platform.post(`${path}/documents`, { title, content: text });
      written += 10;
      if (written % 1000 === 0) say(`${written} of ${size} passages written`);
    }
  };
  // One generator for all of them: each takes the next document.
  await Promise.all(Array.from({ length: writers }, write));
  const { passages, segments, bytes } = await indexed(platform, say);
  const filled = { passages, segments, bytes: bytes / passages, cpu: (platform.cpuMs() - before) / passages };
  writeFileSync(result, JSON.stringify(filled));
  return filled;
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
