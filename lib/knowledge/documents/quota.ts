import type { Quotas } from '../../quotas/quotas.ts';
import type { DocumentStore } from '../ports.ts';

/** Counts bytes for an owner, or gives them back when they are fewer. @throws Problem `quota-exceeded`. */
export async function reserveBytes(
  { documents, quotas }: { readonly documents: DocumentStore; readonly quotas: Quotas },
  ownerId: string,
  bytes: number,
): Promise<void> {
  if (bytes === 0) return;
  if (bytes < 0) return documents.release(ownerId, -bytes);
  const { person, total } = quotas.limits.knowledge_bytes;
  if (await documents.reserve(ownerId, bytes, { person, total })) return;
  // Counted anew before it was refused.
  quotas.assert('knowledge_bytes', await documents.keptBytes(ownerId), bytes);
}
