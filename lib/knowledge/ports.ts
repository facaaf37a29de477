import type { SplitPassage } from './parse/split-passages.ts';

/** A document's way into the index. `parsing`: a file whose text is not out yet. */
export const indexStatuses = ['parsing', 'pending', 'indexed', 'failed'] as const;
export type IndexStatus = (typeof indexStatuses)[number];
/** `disabled`: there is no embedding provider. */
export const embeddingStatuses = ['disabled', 'pending', 'completed', 'failed'] as const;
export type EmbeddingStatus = (typeof embeddingStatuses)[number];

/** Document kinds by media type. */
export const mediaTypes = ['text/markdown', 'text/html', 'application/pdf', 'text/plain'] as const;
export type MediaType = (typeof mediaTypes)[number];

export type Metadata = Readonly<Record<string, unknown>>;

/** What is known of a document without its text. */
export interface DocumentHead {
  readonly id: string;
  readonly space: string;
  readonly ownerId: string;
  readonly title: string;
  readonly metadata: Metadata;
  readonly mediaType: MediaType;
  /** Rises with each change of what is searched. */
  readonly version: number;
  /** ISO 639-1. */
  readonly language: string;
  /** What it counts for against the quota. */
  readonly bytes: number;
  readonly passages: number;
  readonly indexStatus: IndexStatus;
  readonly embeddingStatus: EmbeddingStatus;
  /** Why it failed. */
  readonly failure: string | undefined;
  /** What was left out of the text. */
  readonly notes: readonly string[];
  /** Of the uploaded content. */
  readonly digest: string;
  /** The title is the file's name: what the file says of itself takes its place. */
  readonly isUntitled?: boolean;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

type DocumentVersion = Pick<DocumentHead, 'id' | 'version'>;

export interface DocumentRecord extends DocumentHead {
  readonly content: string;
}

/** A passage of one version of a document. */
export interface PassageRecord extends SplitPassage {
  /** `<document>.<version>.<ordinal>` */
  readonly id: string;
  readonly documentId: string;
  readonly version: number;
  readonly ordinal: number;
  readonly page: number | undefined;
  /** Of its document at this version, so that a passage says by itself which words it stands for. */
  readonly title: string;
  readonly language: string;
}

export interface DocumentFilter {
  readonly space: string;
  readonly ownerId?: string;
  readonly indexStatus?: IndexStatus;
  readonly search?: string;
}

/** What a change of a document writes. */
export type DocumentChange = Partial<Omit<DocumentRecord, 'id' | 'space' | 'ownerId' | 'createdAt'>> & {
  readonly embeddingModel?: string;
  readonly upload?: Uint8Array | null;
};

/**
 * Documents and their passages. A document is there from its insert to `markDeleted`; what belongs to it is written before it and removed after it.
 * Every method @throws Problem `service-unavailable`.
 */
export interface DocumentStore {
  /** Once per id. @returns whether this one was written. */
  insert(document: DocumentRecord, upload?: Uint8Array): Promise<boolean>;
  find(id: string): Promise<DocumentRecord | undefined>;
  heads(ids: readonly string[]): Promise<DocumentHead[]>;
  list(
    filter: DocumentFilter,
    page: { readonly offset: number; readonly limit: number },
  ): Promise<{ items: DocumentHead[]; total: number }>;
  countByStatus(space: string): Promise<Readonly<Record<IndexStatus, number>>>;
  findByDigest(space: string, digest: string): Promise<string | undefined>;
  /** The file that was uploaded, until it is parsed. */
  upload(id: string): Promise<Uint8Array | undefined>;
  /** Notes that somebody begins to parse; @returns how often that was noted, this time included. */
  noteParsing(id: string, version: number): Promise<number>;
  /** @returns those that are not at their version any more. */
  markIndexed(versions: readonly DocumentVersion[]): Promise<DocumentVersion[]>;
  /** Of a document that is at `version`; false when it is not (any more). */
  change(id: string, version: number, change: DocumentChange): Promise<boolean>;
  /** Takes it out of every view. @returns what it was, once. */
  markDeleted(id: string): Promise<DocumentHead | undefined>;
  /** Removes what is marked, for good, and all that belongs to it. */
  remove(id: string): Promise<void>;
  /** Indexed ones of a space that have no vectors of the model. */
  unembedded(space: string, model: string, limit: number): Promise<DocumentHead[]>;
  /** Those of a space that wait for the index, by how long they wait. */
  pending(space: string, limit: number, first: 'longest' | 'newest'): Promise<DocumentHead[]>;
  /** Whether a document of the space waits for the index that came after `since` and before this one. */
  isEarlierPending(document: Pick<DocumentHead, 'space' | 'updatedAt'>, since: Date): Promise<boolean>;
  /** Spaces and documents that a lost message or a dead process left behind before `before`. */
  leftovers(
    before: Date,
    limit: number,
  ): Promise<{ pendingSpaces: string[]; deleted: DocumentHead[]; unparsed: DocumentHead[] }>;

  /** Notes that passages or vectors of a version are about to be written; @returns false when that is noted already. */
  noteVersion(id: string, version: number): Promise<boolean>;
  /** Removes the notes of what was written and counts. */
  endVersions(versions: readonly DocumentVersion[]): Promise<void>;
  /** Removes the note, and what was written of the version when the document is not at it. */
  abandonVersion(id: string, version: number): Promise<void>;
  /** Noted before `before`: whoever wrote them has died. */
  unfinishedVersions(before: Date, limit: number): Promise<{ readonly id: string; readonly version: number }[]>;
  /** Of a version that is noted. */
  insertPassages(passages: readonly PassageRecord[]): Promise<void>;
  passages(ids: readonly string[]): Promise<PassageRecord[]>;
  /** In the order of each document. */
  passagesOf(versions: readonly DocumentVersion[]): Promise<PassageRecord[]>;
  /** Removes the passages of versions before `version`. */
  removePassages(documentId: string, before: number): Promise<void>;

  /** Adds to what an owner and everybody together keep, when both stay within their limits. */
  reserve(ownerId: string, bytes: number, limits: KeptBytes): Promise<boolean>;
  release(ownerId: string, bytes: number): Promise<void>;
  keptBytes(ownerId: string): Promise<KeptBytes>;
}

/** Of one owner, and of everybody together. */
interface KeptBytes {
  readonly person: number;
  readonly total: number;
}

/** Wakes the worker that indexes a space. */
export interface KnowledgeQueue {
  /** A message that is lost costs a minute: the sweeper finds what waits. `delaySeconds` at most 900. */
  wake(space: string, delaySeconds?: number): Promise<void>;
}

/** Whoever turns texts into vectors. */
export interface Embedder {
  /** Model and dimensions: vectors of different ones cannot be compared. */
  readonly model: string;
  /** At most 100 texts. @throws EmbeddingUnavailable */
  embed(texts: readonly string[], signal: AbortSignal): Promise<Float32Array[]>;
}

/** The provider is away, slow, or refuses. */
export class EmbeddingUnavailable extends Error {
  override readonly name = 'EmbeddingUnavailable';
}

/** The space of what people add; others belong to the platform. */
export const librarySpace = 'library';
