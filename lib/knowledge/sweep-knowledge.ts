import { removeDocument } from './documents/delete-document.ts';
import { requestIndexing } from './documents/create-document.ts';
import type { KnowledgeWriting } from './documents/writing.ts';
import { librarySpace } from './ports.ts';

/** A message is lost when nothing came of it for so long. */
const lostAfterMs = 60_000;
/** A task of its own looks after a file; only one that has none is left for so long. */
const unparsedAfterMs = 900_000;
/** Whoever writes or reads takes no longer. */
const longestWorkMs = 300_000;
const batch = 500;

/** Wakes the indexing of spaces whose message was lost, has files read that nobody reads, and removes what processes left behind that died while they wrote or deleted. */
export async function sweepKnowledge(
  services: KnowledgeWriting,
  now: Date,
): Promise<{ woken: number; removed: number; requested: number; unfinished: number; unnamed: number }> {
  const { documents, segments, knowledgeQueue, embedder } = services;
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
  const longAgo = new Date(now.getTime() - longestWorkMs);
  const unfinished = await documents.unfinishedVersions(longAgo, batch);
  for (const { id, version } of unfinished) await documents.abandonVersion(id, version);
  const unnamed = await segments.removeUnnamed(longAgo);
  return {
    woken: woken.size,
    removed: deleted.length,
    requested: forgotten.length,
    unfinished: unfinished.length,
    unnamed,
  };
}
