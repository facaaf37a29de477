import { expect, it } from 'vitest';
import { newId } from '../../../lib/kernel/ids.ts';
import { createDocument } from '../../../lib/knowledge/documents/create-document.ts';
import { updateDocument } from '../../../lib/knowledge/documents/update-document.ts';
import type { KnowledgeWriting } from '../../../lib/knowledge/documents/writing.ts';
import { indexPending } from '../../../lib/knowledge/index/index-pending.ts';
import { librarySpace } from '../../../lib/knowledge/ports.ts';
import { findPassages } from '../../../lib/knowledge/search/search.ts';
import { openKnowledge } from './open-knowledge.ts';

/* Whatever waits for the index when a run ends is brought in by somebody: no document is left to the sweeper. */

const caller = { userId: newId(), role: 'developer' as const, permissions: [] };
const quotas = { limits: { knowledge_bytes: { person: 1e9, total: 1e9 } }, assert: () => undefined };

async function openBase() {
  const stores = await openKnowledge();
  const writing = { ...stores, quotas, embedder: undefined } as unknown as KnowledgeWriting;
  const add = async (content: string): Promise<string> =>
    (await createDocument(writing, caller, { title: 'Title', content })).document_id;
  const statusOf = async (id: string) => (await stores.documents.heads([id]))[0]?.indexStatus;
  return { stores, writing, add, statusOf };
}

type Base = Awaited<ReturnType<typeof openBase>>;

/** Services in which something happens once, while the index is in the middle of a batch. */
function duringBatch({ stores }: Base, happens: () => Promise<unknown>) {
  let once: (() => Promise<unknown>) | undefined = happens;
  const write: typeof stores.segments.write = async (id, segment) => {
    await stores.segments.write(id, segment);
    const now = once;
    once = undefined;
    await now?.();
  };
  return { ...stores, segments: { ...stores.segments, write } };
}

it.each([
  ['whose time is over wakes the next one at once', 0, { space: librarySpace, delaySeconds: 0 }],
  ['leaves a few to the next one, a second later', undefined, { space: librarySpace, delaySeconds: 1 }],
])('a run %s', async (_what, longestMs, woken) => {
  const base = await openBase();
  const first = await base.add('apple');
  let second = '';
  const services = duringBatch(base, async () => {
    second = await base.add('bridge');
    // From here on the run alone wakes.
    base.stores.woken.length = 0;
  });
  expect(await indexPending(services, librarySpace, longestMs)).toBe(1);
  expect([await base.statusOf(first), await base.statusOf(second)]).toEqual(['indexed', 'pending']);
  expect(base.stores.woken).toEqual([woken]);
  expect(await indexPending(base.stores, librarySpace)).toBe(1);
  expect(await base.statusOf(second)).toBe('indexed');
});

it('a process that dies when a changed document is marked as indexed leaves no passage of the former version', async () => {
  const { stores, writing, add, statusOf } = await openBase();
  const id = await add('apple');
  await indexPending(stores, librarySpace);
  await updateDocument(writing, caller, id, { content: 'bridge' });
  const markIndexed: typeof stores.documents.markIndexed = async (versions) => {
    await stores.documents.markIndexed(versions);
    throw new Error('killed');
  };
  const dying = { ...stores, documents: { ...stores.documents, markIndexed } };
  await expect(indexPending(dying, librarySpace)).rejects.toThrow('killed');
  expect(await statusOf(id)).toBe('indexed');
  expect(await stores.documents.passages([`${id}.1.0`, `${id}.2.0`])).toMatchObject([{ version: 2 }]);
});

it('a document whose message comes while segments are merged has another one on its way', async () => {
  const base = await openBase();
  await base.add('apple');
  let second = '';
  let reads = 0;
  const manifest: typeof base.stores.segments.manifest = async (space) => {
    // The first one is read for the batch, the next for the merge.
    if ((reads += 1) === 2) {
      second = await base.add('bridge');
      void indexPending(services, librarySpace);
    }
    return base.stores.segments.manifest(space);
  };
  const services = { ...base.stores, segments: { ...base.stores.segments, manifest } };
  await indexPending(services, librarySpace);
  const left = base.stores.woken.at(-1);
  expect([await base.statusOf(second), left?.delaySeconds]).toEqual(['pending', 1]);
  await indexPending(services, librarySpace);
  expect(await base.statusOf(second)).toBe('indexed');
});

it('who has just written a document finds it, however many wait for the index', async () => {
  const { stores, add } = await openBase();
  for (let number = 0; number < 55; number += 1) await add(`engine ${number}`);
  const long = await add(Array.from({ length: 90_000 }, (_, number) => `word${number}`).join(' '));
  expect((await stores.documents.heads([long]))[0]?.passages).toBeGreaterThan(300);
  const newest = await add('bridge');
  const { hits } = await findPassages(stores, librarySpace, { query: 'bridge', limit: 5 });
  expect(hits.map(({ document }) => document.id)).toEqual([newest]);
  // A document that is too long to be taken along keeps no other one out.
  const { hits: others } = await findPassages(stores, librarySpace, { query: '54', limit: 5 });
  expect(others).toHaveLength(1);
});
