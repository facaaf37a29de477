import { removeDocument } from './documents/delete-document.ts';
import { requestIndexing } from './documents/create-document.ts';
import type { KnowledgeWriting } from './documents/writing.ts';

const lostAfterMs = 60_000;
/** A task of its own looks after a file; only one that has none is left for so long. */
const unparsedAfterMs = 900_000;
const batch = 500;

/** Wakes the indexing of spaces whose message was lost, has files read that nobody reads, and removes what deletions left behind when their process died. */
export async function sweepKnowledge(
  services: Omit<KnowledgeWriting, 'embedder'>,
  now: Date,
): Promise<{ woken: number; removed: number; requested: number }> {
  const { documents, knowledgeQueue } = services;
  const { pendingSpaces, deleted, unparsed } = await documents.leftovers(new Date(now.getTime() - lostAfterMs), batch);
  for (const space of pendingSpaces) await knowledgeQueue.wake(space);
  for (const document of deleted) await removeDocument(services, document);
  const forgotten = unparsed.filter(({ updatedAt }) => now.getTime() - updatedAt.getTime() > unparsedAfterMs);
  for (const document of forgotten)
    if (await documents.change(document.id, document.version, { updatedAt: now }))
      await requestIndexing(services, document);
  return { woken: pendingSpaces.length, removed: deleted.length, requested: forgotten.length };
}
