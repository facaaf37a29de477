import type { Binary } from 'mongodb';
import type {
  DocumentHead,
  DocumentRecord,
  EmbeddingStatus,
  IndexStatus,
  MediaType,
  PassageRecord,
} from '../../knowledge/ports.ts';

/** A document in `knowledge_documents`. */
export interface KnowledgeDocument {
  readonly _id: string;
  readonly space: string;
  readonly owner_id: string;
  readonly title: string;
  readonly content: string;
  /** JSON: its keys may hold what BSON keys may not. */
  readonly metadata: string;
  readonly media_type: MediaType;
  readonly version: number;
  readonly language: string;
  readonly bytes: number;
  readonly passages: number;
  readonly index_status: IndexStatus;
  readonly embedding_status: EmbeddingStatus;
  /** Of the vectors that it has. */
  readonly embedding_model?: string | null;
  readonly failure?: string | null;
  readonly notes: readonly string[];
  readonly digest: string;
  readonly created_at: Date;
  readonly updated_at: Date;
  readonly is_untitled?: boolean;
  /** Until it is parsed. */
  readonly upload?: Binary;
  readonly parses?: number;
  /** From then on it is nowhere to be seen; what belongs to it is removed. */
  readonly deleted_at?: Date;
}

export type KnowledgeHead = Omit<KnowledgeDocument, 'content' | 'upload'>;

export const withoutContent = { content: 0, upload: 0 } as const;

export function headOf(document: KnowledgeHead): DocumentHead {
  return {
    id: document._id,
    space: document.space,
    ownerId: document.owner_id,
    title: document.title,
    metadata: JSON.parse(document.metadata) as Record<string, unknown>,
    mediaType: document.media_type,
    version: document.version,
    language: document.language,
    bytes: document.bytes,
    passages: document.passages,
    indexStatus: document.index_status,
    embeddingStatus: document.embedding_status,
    failure: document.failure ?? undefined,
    notes: document.notes,
    digest: document.digest,
    isUntitled: document.is_untitled ?? false,
    createdAt: document.created_at,
    updatedAt: document.updated_at,
  };
}

const names: Readonly<Record<string, string>> = {
  ownerId: 'owner_id',
  mediaType: 'media_type',
  indexStatus: 'index_status',
  embeddingStatus: 'embedding_status',
  embeddingModel: 'embedding_model',
  isUntitled: 'is_untitled',
  createdAt: 'created_at',
  updatedAt: 'updated_at',
};

/** Members of a document as they are kept. */
export function keptDocument({
  metadata,
  ...members
}: Partial<Omit<DocumentRecord, 'id'>>): Partial<Omit<KnowledgeDocument, '_id'>> {
  const kept = Object.entries(members).map(([name, value]) => [names[name] ?? name, value ?? null]);
  return { ...Object.fromEntries(kept), ...(metadata && { metadata: JSON.stringify(metadata) }) };
}

export function documentOf(document: KnowledgeHead & { readonly content: string }): DocumentRecord {
  return { ...headOf(document), content: document.content };
}

/** A passage in `knowledge_passages`. */
export interface KnowledgePassage {
  readonly _id: string;
  readonly document_id: string;
  readonly version: number;
  readonly ordinal: number;
  readonly headings: readonly string[];
  readonly text: string;
  readonly start: number;
  readonly end: number;
  readonly page?: number | null;
  /** Passages that were written before they had them lack both. */
  readonly title?: string;
  readonly language?: string;
}

export function passageOf({ _id, document_id, page, ...passage }: KnowledgePassage): PassageRecord {
  return { title: '', language: 'en', ...passage, id: _id, documentId: document_id, page: page ?? undefined };
}

export function keptPassage({ id, documentId, page, ...passage }: PassageRecord): KnowledgePassage {
  return { ...passage, _id: id, document_id: documentId, page: page ?? null };
}
