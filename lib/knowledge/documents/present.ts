import type { DocumentHead, DocumentRecord } from '../ports.ts';
import type { KnowledgeDocument } from '../schema.ts';

export function presentHead(head: DocumentHead) {
  return {
    document_id: head.id,
    title: head.title,
    metadata: head.metadata,
    media_type: head.mediaType,
    language: head.language,
    owner_id: head.ownerId,
    version: head.version,
    bytes: head.bytes,
    passages: head.passages,
    index_status: head.indexStatus,
    embedding_status: head.embeddingStatus,
    error: head.failure ?? null,
    notes: [...head.notes],
    created_at: head.createdAt.toISOString(),
    updated_at: head.updatedAt.toISOString(),
  };
}

export function presentDocument(document: DocumentRecord): KnowledgeDocument {
  return { ...presentHead(document), content: document.content };
}
