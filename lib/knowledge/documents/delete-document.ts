import type { Caller } from '../../kernel/http/caller.ts';
import { notFound } from '../../kernel/errors/problem.ts';
import type { SegmentStore } from '../index/ports.ts';
import type { DocumentHead, DocumentStore } from '../ports.ts';
import { findOwnDocument } from './get-document.ts';

interface Services {
  readonly documents: DocumentStore;
  readonly segments: SegmentStore;
}

/** Deletes a document; from the answer on no search shows it. @throws Problem `not-found`, `forbidden`. */
export async function deleteDocument(
  services: Services,
  caller: Caller,
  id: string,
): Promise<{ message: string; document_id: string }> {
  await findOwnDocument(services, caller, id);
  const marked = await services.documents.markDeleted(id);
  if (!marked) throw notFound('document', id);
  await services.documents.release(marked.ownerId, marked.bytes);
  await removeDocument(services, marked);
  return { message: 'The document is deleted.', document_id: id };
}

/** What follows the mark; a process that dies in between leaves it to the sweeper. */
export async function removeDocument(
  { documents, segments }: Services,
  { id, space, version }: Pick<DocumentHead, 'id' | 'space' | 'version'>,
): Promise<void> {
  await segments.markStale(space, [{ id, version }]);
  await documents.remove(id);
}
