import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Caller } from '../../../lib/kernel/http/caller.ts';
import { newId } from '../../../lib/kernel/ids.ts';
import { createDocument } from '../../../lib/knowledge/documents/create-document.ts';
import { deleteDocument } from '../../../lib/knowledge/documents/delete-document.ts';
import { updateDocument } from '../../../lib/knowledge/documents/update-document.ts';
import type { KnowledgeWriting } from '../../../lib/knowledge/documents/writing.ts';
import { analyzePassages } from '../../../lib/knowledge/index/index-pending.ts';
import { librarySpace } from '../../../lib/knowledge/ports.ts';
import { openSpace } from '../../../lib/knowledge/search/open-space.ts';
import { addScores, findConcepts } from '../../../lib/knowledge/search/score.ts';
import { searchKnowledge } from '../../../lib/knowledge/search/search.ts';
import { Search } from '../../../lib/knowledge/schema.ts';
import { sweepKnowledge } from '../../../lib/knowledge/sweep-knowledge.ts';
import { live } from './dying.ts';
import { naiveScores } from './naive-bm25f.ts';
import { openKnowledge } from './open-knowledge.ts';

const caller: Caller = { userId: newId(), role: 'developer', permissions: [] };
const words = ['apple', 'bridge', 'candle', 'desert', 'engine', 'forest', 'garden', 'harbour'];
const content = fc
  .array(fc.array(fc.constantFrom(...words), { minLength: 1, maxLength: 30 }), { minLength: 1, maxLength: 3 })
  .map((sections) => sections.map((section, at) => `# Part ${at}\n\n${section.join(' ')}`).join('\n\n'));

type Base = Awaited<ReturnType<typeof openBase>>;

/** What one process of the platform has. */
async function openBase(database?: string) {
  const room = { person: 1e9, total: 1e9 };
  const others = { quotas: { limits: { knowledge_bytes: room }, assert: () => undefined }, embedder: undefined };
  return { ...(others as unknown as KnowledgeWriting), ...(await openKnowledge(database)) };
}

const works: Readonly<Record<string, (base: Base, ids: readonly string[]) => Promise<unknown>>> = {
  'indexing and the merge after it': (base) => base.index(librarySpace),
  'a new document': (base) => createDocument(base, caller, { title: 'New', content: 'apple engine' }),
  'a change': (base, [id = '']) => updateDocument(base, caller, id, { content: 'forest harbour' }),
  'a deletion': (base, [, id = '']) => deleteDocument(base, caller, id),
};

/** Seven segments, with one document deleted and one changed since, and an eighth document that waits: indexing it makes a merge due. */
async function prepare(contents: readonly string[]): Promise<{ database: string; ids: string[] }> {
  const base = await openBase();
  const ids: string[] = [];
  for (const [at, text] of contents.entries()) {
    ids.push((await createDocument(base, caller, { title: words[at] ?? '', content: text })).document_id);
    if (at === 4) await deleteDocument(base, caller, ids[2] ?? '');
    if (at === 5) await updateDocument(base, caller, ids[3] ?? '', { content: `candle ${text}` });
    if (at < contents.length - 1) await base.index(librarySpace);
  }
  return { database: base.database, ids };
}

/** What a platform does that runs on: the sweeper sweeps, workers work. */
async function recover(base: Base): Promise<void> {
  for (let rounds = 0; rounds < 2; rounds += 1) {
    await sweepKnowledge(base, new Date(Date.now() + 120_000));
    await base.index(librarySpace);
  }
}

/** Searches show present versions alone, whatever the index holds. */
async function expectPresent(base: Base): Promise<void> {
  const { results } = await searchKnowledge(base, Search.parse({ query: words.join(' '), limit: 100 }));
  const heads = await base.documents.heads(results.map(({ document_id }) => document_id));
  const versions = new Map(heads.map(({ id, version }) => [id, version]));
  for (const { document_id, version } of results) expect(versions.get(document_id)).toBe(version);
}

/** The index scores as the definition of BM25F does over what is there. */
async function expectNaive(base: Base): Promise<void> {
  const { items } = await base.documents.list({ space: librarySpace }, { offset: 0, limit: 100 });
  expect(items.map(({ indexStatus }) => indexStatus)).toEqual(items.map(() => 'indexed'));
  const passages = await Promise.all(
    items.map(async (head) => analyzePassages(head, await base.documents.passagesOf(head.id, head.version))),
  );
  const terms = [...new Set(passages.flat().flatMap((passage) => [...passage.terms.keys()]))];
  const index = await openSpace(base, librarySpace);
  const concepts = terms.map((term) => ({ word: term, terms: [term], weight: 1 }));
  const scores = new Float64Array(index.size);
  addScores(index, await findConcepts(index, concepts), scores);
  const found = new Map<string, number>();
  scores.forEach((score, number) => {
    const { documentId, version, ordinal } = index.keyOf(number);
    if (score > 0) found.set(`${documentId}.${version}.${ordinal}`, score);
  });
  const expected = naiveScores(passages.flat(), terms);
  expect([...found.keys()].toSorted()).toEqual([...expected.keys()].toSorted());
  for (const [key, score] of expected) expect(Math.abs((found.get(key) ?? 0) - score)).toBeLessThan(1e-6);
}

it.each(Object.entries(works))(
  'a process that dies at any statement of %s leaves an index that scores as BM25F does',
  { timeout: 600_000 },
  async (_what, work) => {
    const contents = fc.array(content, { minLength: 8, maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(contents, async (made) => {
        const whole = await prepare(made);
        const first = await openBase(whole.database);
        const points = await live(() => work(first, whole.ids));
        expect(points).toBeGreaterThan(4);
        await recover(first);
        await expectNaive(first);
        for (let dieAt = 1; dieAt <= points; dieAt += 1) {
          const { database, ids } = await prepare(made);
          const dying = await openBase(database);
          expect(await live(() => work(dying, ids), dieAt)).toBe(dieAt);
          const next = await openBase(database);
          await expectPresent(next);
          await recover(next);
          await expectPresent(next);
          await expectNaive(next);
        }
      }),
      { numRuns: 1 },
    );
  },
);
