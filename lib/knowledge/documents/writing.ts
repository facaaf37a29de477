import type { JobSender, TaskStore } from '../../tasks/ports.ts';
import type { Encryptor } from '../../secrets/encryptor.ts';
import type { SegmentStore } from '../index/ports.ts';
import type { DocumentStore, KnowledgeQueue } from '../ports.ts';
import type { KnowledgeLimits } from './quota.ts';

/** What writing documents takes. */
export interface KnowledgeWriting {
  readonly documents: DocumentStore;
  readonly segments: SegmentStore;
  readonly knowledgeQueue: KnowledgeQueue;
  readonly knowledgeLimits: KnowledgeLimits;
  readonly tasks: TaskStore;
  readonly jobs: JobSender;
  readonly encryptor: Encryptor;
}
