import { expect, it } from 'vitest';
import type { OpenIndex } from '../../../lib/knowledge/index/open-index.ts';
import type { DocumentHead, DocumentStore, PassageRecord } from '../../../lib/knowledge/ports.ts';
import { collectHits } from '../../../lib/knowledge/search/collect-hits.ts';
import { languageOf } from '../../../lib/knowledge/text/languages.ts';
import { parseQuery } from '../../../lib/knowledge/search/parse-query.ts';

/* Between a change and the run of the indexing that follows it, index and passages are still those of before. */

const indexed = [
  { documentId: 'changed', version: 1, ordinal: 0 },
  { documentId: 'same', version: 1, ordinal: 0 },
  { documentId: 'moved', version: 1, ordinal: 0 },
  { documentId: 'deleted', version: 1, ordinal: 0 },
];
const index = { keyOf: (number: number) => indexed[number] } as OpenIndex;
const head = (id: string, version: number, space = 'library') => ({ id, version, space, title: id }) as DocumentHead;
const documents = {
  heads: async () => [head('changed', 2), head('same', 1), head('moved', 1, 'elsewhere')],
} as unknown as DocumentStore;
const passageReader = async (ids: readonly string[]) =>
  ids.map((id) => ({ id, text: id, headings: [] }) as unknown as PassageRecord);

it('shows a passage only of a document that is there, in the space, at the version of the passage', async () => {
  const scores = new Float64Array([4, 3, 2, 1]);
  const { hits, total } = await collectHits({ documents, passageReader }, index, scores, {
    limit: 10,
    query: parseQuery('anything', [await languageOf('en')]),
    space: 'library',
  });
  expect(hits.map(({ document }) => document.id)).toEqual(['same']);
  expect(total).toBe(1);
});
