import { expect, it } from 'vitest';
import { newId } from '../../../lib/kernel/ids.ts';
import { buildSegment } from '../../../lib/knowledge/index/build-segment.ts';
import { analyzePassages } from '../../../lib/knowledge/index/index-pending.ts';
import type { DocumentHead, PassageRecord } from '../../../lib/knowledge/ports.ts';

/* The index works for seconds at a time; where all functions share a process, it lets the others through. */

/** How often others had the process meanwhile. */
async function turnsDuring(work: () => Promise<unknown>): Promise<number> {
  let turns = 0;
  let isOver = false;
  const other = (): void => {
    if (isOver) return;
    turns += 1;
    setImmediate(other);
  };
  setImmediate(other);
  await work();
  isOver = true;
  return turns;
}

const words = (from: number, count: number) => Array.from({ length: count }, (_, n) => `word${from + n}`);

it('a segment is encoded with turns for others in between', async () => {
  const passages = Array.from({ length: 1000 }, (_, ordinal) => ({
    documentId: newId(),
    version: 1,
    ordinal,
    length: 200,
    terms: new Map(words(ordinal * 50, 200).map((word) => [word, 1])),
    surfaces: new Set<string>(),
  }));
  expect(await turnsDuring(() => buildSegment(passages, ['en']))).toBeGreaterThan(1);
});

it('passages are analyzed with turns for others in between', async () => {
  const head = { id: newId(), version: 1, title: 'Title', metadata: {}, language: 'en', ownerId: newId() };
  const passages = Array.from({ length: 1000 }, (_, ordinal) => {
    return { ordinal, headings: [], text: words(ordinal * 50, 200).join(' ') } as unknown as PassageRecord;
  });
  expect(await turnsDuring(() => analyzePassages(head as unknown as DocumentHead, passages))).toBeGreaterThan(5);
});
