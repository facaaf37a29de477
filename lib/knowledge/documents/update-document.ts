import type { Caller } from '../../kernel/http/caller.ts';
import { Problem } from '../../kernel/errors/problem.ts';
import type { DocumentRecord } from '../ports.ts';
import type { KnowledgeDocument, UpdateDocument } from '../schema.ts';
import { given, requestIndexing } from './create-document.ts';
import { findOwnDocument } from './get-document.ts';
import { carryOver, prepareContent } from './prepare-content.ts';
import { presentDocument } from './present.ts';
import { reserveBytes } from './quota.ts';
import { readSource } from './read-source.ts';
import { claimVersion, writeVersion } from './write-version.ts';
import type { KnowledgeWriting } from './writing.ts';

/**
 * Changes a document; from the answer on the former version is not found any more.
 * @throws Problem `not-found`, `forbidden`, `conflict` when somebody else changed it meanwhile, and those of createDocument.
 */
export async function updateDocument(
  services: KnowledgeWriting,
  caller: Caller,
  id: string,
  { title, metadata, ...sent }: UpdateDocument,
): Promise<KnowledgeDocument> {
  const before = await findOwnDocument(services, caller, id);
  const source = readSource(given(sent));
  const { documents, segments, embedder } = services;
  const bytes = source?.bytes ?? before.bytes;
  await reserveBytes(services, before.ownerId, bytes - before.bytes);
  const version = await claimVersion(documents, id, before.version + 1);
  const changed = {
    ...before,
    ...(title !== undefined && { title, isUntitled: false }),
    ...(metadata && { metadata }),
    version,
  };
  const content = source ? (source.content ?? '') : before.content;
  const prepared = source
    ? await prepareContent(changed, { content })
    : await carryOver(changed, await documents.passagesOf([before]));
  const after: DocumentRecord = {
    ...changed,
    content,
    language: prepared.language,
    passages: prepared.passages.length,
    indexStatus: source?.upload || (!source && before.indexStatus === 'parsing') ? 'parsing' : 'pending',
    embeddingStatus: embedder ? 'pending' : 'disabled',
    failure: undefined,
    notes: source ? [] : before.notes,
    updatedAt: new Date(),
    bytes,
    ...(source && { mediaType: source.mediaType, digest: source.digest }),
  };
  const { id: _id, space: _space, ownerId: _owner, createdAt: _created, ...change } = after;
  const upload = source ? { upload: source.upload ?? null } : {};
  const isWritten = await writeVersion(documents, after, prepared.passages, () =>
    documents.change(id, before.version, { ...change, embeddingModel: '', ...upload }),
  );
  if (!isWritten) {
    await reserveBytes(services, before.ownerId, before.bytes - bytes);
    throw new Problem('conflict', {
      detail: 'The document was changed by somebody else meanwhile; read it and try again.',
    });
  }
  await segments.markStale(before.space, [{ id, version: before.version }]);
  await requestIndexing(services, after);
  return presentDocument(after);
}
