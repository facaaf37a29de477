import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Collection, documentsOf } from './collections.ts';
import { type Platform, startPlatform } from './platform.ts';

interface Timed {
  readonly p50: number;
  readonly p99: number;
  /** Milliseconds of CPU a query, of the whole platform with its stores above what it takes when idle. */
  readonly cpu: number;
}

interface Filled {
  readonly passages: number;
  readonly segments: number;
  /** A passage. */
  readonly bytes: number;
  /** Milliseconds of CPU a passage, counted in the same way: from the request to the merged index. */
  readonly cpu: number;
}

export interface Cost extends Filled {
  /** Straight after a start: nothing is in the process yet. */
  readonly cold: Timed;
  readonly warm: Timed;
}

const writers = 4;
const path = '/knowledge';

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
    const work = await cpuAboveIdle(platform);
    const cold = await timed(platform, queries, work);
    await timed(platform, queries, work);
    const warm = await timed(platform, queries, work);
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
  const cpuOf = await cpuAboveIdle(platform);
  let written = 0;
  const write = async (): Promise<void> => {
    for (const { title, text } of documents) {
      await platform.post(`${path}/documents`, { title, content: text });
      written += 1;
      if (written % 100 === 0) say(`${written} documents written`);
    }
  };
  let [passages, segments, bytes] = [0, 0, 0];
  const cpu = await cpuOf(async () => {
    // One generator for all of them: each takes the next document.
    await Promise.all(Array.from({ length: writers }, write));
    ({ passages, segments, bytes } = await indexed(platform, say));
  });
  const filled = { passages, segments, bytes: bytes / passages, cpu: cpu / passages };
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

/** The platform polls its queues and stores also when nobody calls it; that is measured first, and taken off what a piece of work takes. */
async function cpuAboveIdle(platform: Platform): Promise<(work: () => Promise<void>) => Promise<number>> {
  const [idleFrom, startedAt] = [platform.cpuMs(), performance.now()];
  await new Promise((resolve) => setTimeout(resolve, 4000));
  const idle = (platform.cpuMs() - idleFrom) / (performance.now() - startedAt);
  return async (work) => {
    const [from, at] = [platform.cpuMs(), performance.now()];
    await work();
    return platform.cpuMs() - from - idle * (performance.now() - at);
  };
}

async function timed(
  platform: Platform,
  queries: readonly string[],
  cpuOf: (work: () => Promise<void>) => Promise<number>,
): Promise<Timed> {
  const times: number[] = [];
  const cpu = await cpuOf(async () => {
    for (const query of queries) {
      const startedAt = performance.now();
      await platform.post(`${path}/search`, { query });
      times.push(performance.now() - startedAt);
    }
  });
  times.sort((a, b) => a - b);
  const at = (share: number): number => times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? 0;
  return { p50: at(0.5), p99: at(0.99), cpu: cpu / queries.length };
}
