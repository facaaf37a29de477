import { MongoClient } from 'mongodb';
import { afterAll, expect, inject, it } from 'vitest';
import type { Caller } from '../../../lib/kernel/http/caller.ts';
import { newId } from '../../../lib/kernel/ids.ts';
import { createDocument, requestIndexing } from '../../../lib/knowledge/documents/create-document.ts';
import { deleteDocument } from '../../../lib/knowledge/documents/delete-document.ts';
import { prepareContent } from '../../../lib/knowledge/documents/prepare-content.ts';
import { updateDocument } from '../../../lib/knowledge/documents/update-document.ts';
import type { KnowledgeWriting } from '../../../lib/knowledge/documents/writing.ts';
import { encodeSegment } from '../../../lib/knowledge/index/segment.ts';
import { librarySpace } from '../../../lib/knowledge/ports.ts';
import { sweepKnowledge } from '../../../lib/knowledge/sweep-knowledge.ts';
import { leftBehind, wronglyScored, wronglyShown } from '../../faults/knowledge-findings.ts';
import { openKnowledge } from './open-knowledge.ts';

/* What a process that died has left, laid out by hand; `npm run faults:knowledge` kills real ones. */

const stores = await openKnowledge();
const embedder = { model: 'm', embed: async (texts: readonly string[]) => texts.map(() => Float32Array.of(1, -1)) };
const quotas = { limits: { knowledge_bytes: { person: 1e9, total: 1e9 } }, assert: () => undefined };
const base = { ...stores, ...({ quotas, embedder } as unknown as KnowledgeWriting), ...stores };
const caller: Caller = { userId: newId(), role: 'developer', permissions: [] };
const mongo = await new MongoClient(inject('stores').mongodb).connect();
afterAll(() => mongo.close());

async function add(content: string): Promise<string> {
  return (await createDocument(base, caller, { title: 'Title', content })).document_id;
}

/** Ten minutes later: nobody who wrote then lives. */
const sweep = () => sweepKnowledge(base, new Date(Date.now() + 600_000));

async function wrong(): Promise<string[]> {
  await base.index(librarySpace);
  // What a merge has replaced stays for searches that began before it.
  await sweep();
  const left = await leftBehind({ ...base, embedder }, mongo.db(stores.database));
  return [
    ...(await wronglyShown(stores)),
    ...(await wronglyScored(stores)),
    ...left.filter((line) => !line.endsWith('is not embedded')),
  ];
}

it('changes of a document that race leave the words of one of them', async () => {
  const id = await add('apple bridge');
  for (let round = 0; round < 5; round += 1) {
    const contents = ['candle desert', 'engine forest', 'garden harbour'];
    const ended = await Promise.allSettled(contents.map((content) => updateDocument(base, caller, id, { content })));
    expect(ended.some(({ status }) => status === 'fulfilled')).toBe(true);
    expect(await wrong()).toEqual([]);
  }
});

it('what a change that died has written is not taken for the next one, and is swept', async () => {
  const id = await add('apple bridge');
  await base.index(librarySpace);
  await base.documents.noteVersion(id, 2);
  const { passages } = await prepareContent(
    { id, version: 2, title: 'Title', metadata: {} },
    { content: 'candle desert' },
  );
  await base.documents.insertPassages(passages);
  await updateDocument(base, caller, id, { content: 'engine forest' });
  expect(await wronglyShown(stores)).toEqual([]);
  // The note of the change that counts goes when it is indexed, or with the sweeper.
  expect(await sweep()).toMatchObject({ unfinished: 2 });
  expect(await base.documents.passagesOf([{ id, version: 2 }])).toEqual([]);
  expect(await base.documents.passagesOf([{ id, version: 3 }])).toHaveLength(1);
  expect(await wrong()).toEqual([]);
});

it('passages of a document that never came to be are swept, those of one that is being written are not', async () => {
  const id = newId();
  await base.documents.noteVersion(id, 1);
  const { passages } = await prepareContent(
    { id, version: 1, title: 'Title', metadata: {} },
    { content: 'apple bridge' },
  );
  await base.documents.insertPassages(passages);
  await sweepKnowledge(base, new Date());
  expect(await base.documents.passagesOf([{ id, version: 1 }])).toHaveLength(1);
  await sweep();
  expect(await base.documents.passagesOf([{ id, version: 1 }])).toEqual([]);
  expect(await wrong()).toEqual([]);
});

it('vectors that were written for a document while it was deleted are removed', async () => {
  const id = await add('apple bridge');
  await base.documents.noteVersion(id, 1);
  await deleteDocument(base, caller, id);
  await base.vectors.write('m', { id, version: 1 }, [{ id: `${id}.1.0`, vector: Int8Array.of(1, -1) }]);
  await base.documents.abandonVersion(id, 1);
  expect(await base.vectors.read('m', [`${id}.1.0`])).toEqual([]);
});

it('of documents that wait together the earliest alone wakes the index', async () => {
  const own = { ...base, ...(await openKnowledge()) };
  const ids: string[] = [];
  for (const content of ['apple', 'bridge'])
    ids.push((await createDocument(own, caller, { title: 'Title', content })).document_id);
  const heads = await own.documents.heads(ids);
  const [first, second] = ids.flatMap((id) => heads.find((head) => head.id === id) ?? []);
  if (!first || !second) throw new Error('they were not written');
  const later = { ...second, updatedAt: new Date(first.updatedAt.getTime() + 1) };
  const wakes = async (document: typeof first): Promise<boolean> => {
    const before = own.woken.length;
    await requestIndexing(own, document);
    return own.woken.length > before;
  };
  expect([await wakes(first), await wakes(later)]).toEqual([true, false]);
  await own.index(librarySpace);
  expect(await wakes(later)).toBe(true);
});

it('a segment that no manifest names is swept, others stay', async () => {
  await add('apple bridge');
  await base.index(librarySpace);
  const table = { documents: [], documentOf: [], ordinalOf: [], lengthOf: [], languages: [] };
  const postings = { count: 1, passages: [0], frequencies: [1] };
  const unnamed = await encodeSegment(table, [{ term: Buffer.from('apple'), ...postings }]);
  await base.segments.write('unnamed', unnamed);
  await sweepKnowledge(base, new Date());
  expect((await base.segments.blocks(['unnamed:0'])).size).toBe(1);
  expect(await sweep()).toMatchObject({ unnamed: 1 });
  expect(await wrong()).toEqual([]);
});

it('a document that is marked as deleted is nowhere, though all of it is still there', async () => {
  const id = await add('quarry railway');
  const { digest = '' } = (await base.documents.heads([id]))[0] ?? {};
  await base.documents.markDeleted(id);
  expect(await base.documents.find(id)).toBeUndefined();
  expect(await base.documents.heads([id])).toEqual([]);
  expect(await base.documents.findByDigest(librarySpace, digest)).toBeUndefined();
  const { items } = await base.documents.list({ space: librarySpace }, { offset: 0, limit: 100 });
  expect(items.map((item) => item.id)).not.toContain(id);
});
