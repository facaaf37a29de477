import type * as z from 'zod';
import { type Caller, owns } from '../../kernel/http/caller.ts';
import { notFound, Problem } from '../../kernel/errors/problem.ts';
import { pageFacts, windowOf } from '../../kernel/http/page.ts';
import { type DocumentRecord, type DocumentStore, librarySpace } from '../ports.ts';
import type { DocumentPage, KnowledgeDocument, ListDocuments } from '../schema.ts';
import { presentDocument, presentHead } from './present.ts';

interface Services {
  readonly documents: DocumentStore;
}

/** @throws Problem `not-found`. */
async function findDocument({ documents }: Services, id: string): Promise<DocumentRecord> {
  const document = await documents.find(id);
  if (!document || document.space !== librarySpace) throw notFound('document', id);
  return document;
}

/** One that the caller may change. @throws Problem `not-found`; `forbidden` for somebody else's. */
export async function findOwnDocument(services: Services, caller: Caller, id: string): Promise<DocumentRecord> {
  const document = await findDocument(services, id);
  if (owns(caller, document.ownerId)) return document;
  throw new Problem('forbidden', { detail: 'Only its owner or an admin may change a document.' });
}

/** @throws Problem `not-found`. */
export async function getDocument(services: Services, id: string): Promise<KnowledgeDocument> {
  return presentDocument(await findDocument(services, id));
}

/** One page of all documents, the newest first, without their contents. */
export async function listDocuments(
  { documents }: Services,
  caller: Caller,
  query: z.output<typeof ListDocuments>,
): Promise<z.output<typeof DocumentPage>> {
  const { mine, index_status, search } = query;
  const { items, total } = await documents.list(
    {
      space: librarySpace,
      ...(mine && { ownerId: caller.userId }),
      ...(index_status && { indexStatus: index_status }),
      ...(search !== undefined && { search }),
    },
    windowOf(query),
  );
  return { items: items.map(presentHead), ...pageFacts(query, total) };
}
