import type { Db } from 'mongodb';
import { analyzePassages } from '../../lib/knowledge/index/index-pending.ts';
import { librarySpace } from '../../lib/knowledge/ports.ts';
import { Search } from '../../lib/knowledge/schema.ts';
import { openSpace, type SearchServices } from '../../lib/knowledge/search/open-space.ts';
import { addScores, findConcepts } from '../../lib/knowledge/search/score.ts';
import { searchKnowledge } from '../../lib/knowledge/search/search.ts';
import { naiveScores } from '../lib/knowledge/naive-bm25f.ts';

const everything = Search.parse({ query: 'apple bridge candle desert engine forest garden harbour', limit: 100 });
const wholePage = { offset: 0, limit: 100 };

/** Results that are not of a document's present version, or not what stands there. */
export async function wronglyShown(base: SearchServices): Promise<string[]> {
  const { results } = await searchKnowledge(base, everything);
  const documents = await Promise.all(results.map(({ document_id }) => base.documents.find(document_id)));
  const passages = await base.documents.passages(results.map(({ passage_id }) => passage_id));
  const textOf = new Map(passages.map(({ id, text }) => [id, text]));
  return results.flatMap(({ passage_id: id, version, position: { start, end } }, at) => {
    const document = documents[at];
    if (document?.version !== version) return [`${id} is shown, the document is at version ${document?.version}`];
    return document.content.slice(start, end) === textOf.get(id)
      ? []
      : [`${id} is shown, its document says other words`];
  });
}

/** Passages whose score in the index is not that of BM25F's definition. */
export async function wronglyScored(base: SearchServices): Promise<string[]> {
  const { items } = await base.documents.list({ space: librarySpace, indexStatus: 'indexed' }, wholePage);
  const analyzed = await Promise.all(
    items.map(async (head) => analyzePassages(head, await base.documents.passagesOf([head]))),
  );
  const passages = analyzed.flat();
  const terms = [...new Set(passages.flatMap((passage) => [...passage.terms.keys()]))];
  const index = await openSpace(base, librarySpace);
  const concepts = await findConcepts(
    index,
    terms.map((term) => ({ word: term, terms: [term], weight: 1 })),
  );
  const scores = new Float64Array(index.size);
  addScores(index, concepts, scores);
  const found = new Map<string, number>();
  scores.forEach((score, number) => {
    const { documentId, version, ordinal } = index.keyOf(number);
    if (score > 0) found.set(`${documentId}.${version}.${ordinal}`, score);
  });
  const expected = naiveScores(passages, terms);
  return [...new Set([...found.keys(), ...expected.keys()])]
    .filter((key) => Math.abs((found.get(key) ?? 0) - (expected.get(key) ?? 0)) > 1e-6)
    .map((key) => `${key} scores ${found.get(key)} instead of ${expected.get(key)}`);
}

/** Whatever belongs to nothing that is there, and documents that are not done. */
export async function leftBehind({ documents }: SearchServices, db: Db): Promise<string[]> {
  const { items } = await documents.list({ space: librarySpace }, wholePage);
  const counts = new Map(items.map(({ id, version, passages }) => [`${id}.${version}`, passages]));
  const idsIn = async (collection: string): Promise<string[]> =>
    (await db.collection<{ _id: string }>(collection).find().toArray()).map(({ _id }) => _id);
  const manifests = await db
    .collection<{ _id: string; segments: { id: string }[] }>('knowledge_manifests')
    .find()
    .toArray();
  const named = new Set(manifests.flatMap(({ segments }) => segments.map(({ id }) => id)));
  const passages = await idsIn('knowledge_passages');
  const vectors = (await idsIn('knowledge_vectors')).map((id) => id.slice(id.lastIndexOf(':') + 1));
  const orphans = (what: string, ids: readonly string[]): string[] =>
    ids.filter((id) => !counts.has(id.slice(0, id.lastIndexOf('.')))).map((id) => `${what} ${id} belongs to nothing`);
  return [
    ...orphans('the passage', passages),
    ...orphans('the vector', vectors),
    ...[...counts]
      .filter(([of, count]) => passages.filter((id) => id.startsWith(`${of}.`)).length !== count)
      .map(([of]) => `${of} lacks passages`),
    ...items
      .filter(({ indexStatus, failure }) => indexStatus !== 'indexed' && failure === undefined)
      .map(({ id, indexStatus }) => `${id} is ${indexStatus}`),
    ...items
      .filter(({ indexStatus, embeddingStatus }) => indexStatus === 'indexed' && embeddingStatus !== 'completed')
      .map(({ id }) => `${id} is not embedded`),
    ...(await idsIn('knowledge_segments'))
      .filter((id) => !named.has(id.slice(0, id.indexOf(':'))))
      .map((id) => `the part ${id} belongs to no segment`),
    ...(await idsIn('knowledge_writes')).map((id) => `${id} is noted as being written`),
    ...(await idsIn('knowledge_documents'))
      .filter((id) => !items.some((item) => item.id === id))
      .map((id) => `${id} is deleted, not removed`),
  ];
}
