import * as z from 'zod';
import type { SpendingLedger } from '../analysis/ports.ts';
import type { FileStore } from '../github/ports.ts';
import { defineUse, type ServicesOfUse } from '../kernel/lambda/uses.ts';
import type { Probe } from '../kernel/probe.ts';
import type { TaskStore } from '../tasks/ports.ts';
import type { SegmentReader } from '../knowledge/index/cached-segments.ts';
import type { SegmentStore } from '../knowledge/index/ports.ts';
import type { DocumentStore } from '../knowledge/ports.ts';
import type { PassageReader } from '../knowledge/search/kept-passages.ts';
import type { JudgementStore } from '../knowledge/judgements/ports.ts';
import type { VectorStore } from '../knowledge/vectors/ports.ts';
import type { HistoryStore } from '../tools/ports.ts';

interface Services {
  readonly history: HistoryStore;
  readonly tasks: TaskStore;
  readonly spending: SpendingLedger;
  readonly documents: DocumentStore;
  readonly segments: SegmentStore;
  /** Parts of segments, kept in the process. */
  readonly segmentReader: SegmentReader;
  /** Passages, kept in the process. */
  readonly passageReader: PassageReader;
  readonly githubFiles: FileStore;
  readonly vectors: VectorStore;
  readonly judgements: JudgementStore;
  readonly mongoProbe: Probe;
}

/** Index blocks of the knowledge base that a process keeps: all of 500,000 passages, a quarter of the memory of a search. */
const cachedBytes = 64_000_000;
/** Passages that a process keeps, with their words: some 4,000. */
const passageBytes = 32_000_000;

/** Documents: the tools' history, tasks, knowledge. */
export const use = defineUse({
  variables: {
    MONGODB_URI: z
      .string()
      .regex(/^mongodb(\+srv)?:\/\//)
      .describe('mongodb://… with the database name in the path (MongoDB 6 or later).')
      .meta({ secret: 'mongo' }),
  },
  async build({ MONGODB_URI }): Promise<Services> {
    const [client, history, tasks, spending, documents, segments, vectors, judgements, cache, passages, githubFiles] =
      await Promise.all([
        import('../adapters/mongo/client.ts'),
        import('../adapters/mongo/history.ts'),
        import('../adapters/mongo/tasks.ts'),
        import('../adapters/mongo/spending.ts'),
        import('../adapters/mongo/knowledge-documents.ts'),
        import('../adapters/mongo/knowledge-segments.ts'),
        import('../adapters/mongo/knowledge-vectors.ts'),
        import('../adapters/mongo/knowledge-judgements.ts'),
        import('../knowledge/index/cached-segments.ts'),
        import('../knowledge/search/kept-passages.ts'),
        import('../adapters/mongo/github-files.ts'),
      ]);
    const db = client.openMongo(MONGODB_URI);
    const segmentStore = segments.mongoKnowledgeSegments(db);
    const documentStore = documents.mongoKnowledgeDocuments(db);
    return {
      history: history.mongoHistory(db),
      tasks: tasks.mongoTaskStore(db),
      spending: spending.mongoSpending(db),
      documents: documentStore,
      segments: segmentStore,
      vectors: vectors.mongoKnowledgeVectors(db),
      judgements: judgements.mongoKnowledgeJudgements(db),
      segmentReader: cache.cachedSegments(segmentStore, cachedBytes),
      passageReader: passages.keptPassages(documentStore, passageBytes),
      githubFiles: githubFiles.mongoGithubFiles(db),
      mongoProbe: client.mongoProbe(db),
    };
  },
});

declare module '../kernel/lambda/uses.ts' {
  interface Provides {
    mongo: ServicesOfUse<typeof use>;
  }
}
