import { removeDocument } from './documents/delete-document.ts';
import { requestIndexing } from './documents/create-document.ts';
import type { KnowledgeWriting } from './documents/writing.ts';
import { librarySpace } from './ports.ts';

/** A message is lost when nothing came of it for so long. */
const lostAfterMs = 60_000;
/** A task of its own looks after a file; only one that has none is left for so long. */
const unparsedAfterMs = 900_000;
const batch = 500;

/** Wakes the indexing of spaces whose message was lost, has files read that nobody reads, and removes what deletions left behind when their process died. */
export async function sweepKnowledge(
  services: KnowledgeWriting,
  now: Date,
): Promise<{ woken: number; removed: number; requested: number }> {
  const { documents, knowledgeQueue, embedder } = services;
  const { pendingSpaces, deleted, unparsed } = await documents.leftovers(new Date(now.getTime() - lostAfterMs), batch);
  // The provider was away, or another model embeds from now on.
  const unembedded = embedder ? await documents.unembedded(librarySpace, embedder.model, 1) : [];
  const woken = new Set([...pendingSpaces, ...unembedded.map(({ space }) => space)]);
  for (const space of woken) await knowledgeQueue.wake(space);
  for (const document of deleted) await removeDocument(services, document);
  const forgotten = unparsed.filter(({ updatedAt }) => now.getTime() - updatedAt.getTime() > unparsedAfterMs);
  for (const document of forgotten)
    if (await documents.change(document.id, document.version, { updatedAt: now }))
      await requestIndexing(services, document);
  return { woken: woken.size, removed: deleted.length, requested: forgotten.length };
}
