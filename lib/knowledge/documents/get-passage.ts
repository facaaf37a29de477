import type * as z from 'zod';
import { notFound } from '../../kernel/errors/problem.ts';
import { type DocumentStore, librarySpace } from '../ports.ts';
import type { Passage } from '../schema.ts';
import { flagsOf } from '../search/flags.ts';
import { presentPosition } from '../search/present-result.ts';

/** One passage of the present version of its document. @throws Problem `not-found`, also when the document has changed since. */
export async function getPassage(
  { documents }: { readonly documents: DocumentStore },
  id: string,
): Promise<z.output<typeof Passage>> {
  const [documentId = ''] = id.split('.');
  const [[passage], [document]] = await Promise.all([documents.passages([id]), documents.heads([documentId])]);
  if (!passage || document?.version !== passage.version || document.space !== librarySpace)
    throw notFound('passage', id);
  return {
    passage_id: id,
    document_id: documentId,
    version: passage.version,
    title: document.title,
    text: passage.text,
    position: presentPosition(passage),
    flags: flagsOf(passage),
  };
}
