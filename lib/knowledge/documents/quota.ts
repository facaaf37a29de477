import { Problem } from '../../kernel/errors/problem.ts';
import type { ByteLimits, DocumentStore } from '../ports.ts';

export interface KnowledgeLimits extends ByteLimits {
  /** Whether there is somebody to ask for embeddings. */
  readonly hasEmbeddings: boolean;
}

/** Counts bytes for an owner. @throws Problem `quota-exceeded` with `limit` and `used`. */
export async function reserveBytes(
  { documents, knowledgeLimits }: { readonly documents: DocumentStore; readonly knowledgeLimits: KnowledgeLimits },
  ownerId: string,
  bytes: number,
): Promise<void> {
  if (bytes <= 0) return bytes < 0 ? documents.release(ownerId, -bytes) : undefined;
  const { granted, used } = await documents.reserve(ownerId, bytes, knowledgeLimits);
  if (granted) return;
  const limit = knowledgeLimits.perOwner;
  throw new Problem('quota-exceeded', {
    detail: `The document has ${bytes} bytes; of ${limit} bytes of knowledge ${used} are used.`,
    extra: { limit, used, resource: 'knowledge_bytes' },
  });
}
