import type { JobSender, TaskStore } from '../../tasks/ports.ts';
import type { Encryptor } from '../../secrets/encryptor.ts';
import type { SegmentStore } from '../index/ports.ts';
import type { Quotas } from '../../quotas/quotas.ts';
import type { DocumentStore, Embedder, KnowledgeQueue } from '../ports.ts';

/** What writing documents takes. */
export interface KnowledgeWriting {
  readonly documents: DocumentStore;
  readonly segments: SegmentStore;
  readonly knowledgeQueue: KnowledgeQueue;
  readonly quotas: Quotas;
  readonly embedder: Embedder | undefined;
  readonly tasks: TaskStore;
  readonly jobs: JobSender;
  readonly encryptor: Encryptor;
}
