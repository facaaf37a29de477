import { KnowledgeWaiting } from '../../events/knowledge-waiting.ts';
import { worker } from '../../lib/kernel/lambda/worker.ts';
import { embedPending } from '../../lib/knowledge/vectors/embed-pending.ts';
import { indexPending } from '../../lib/knowledge/index/index-pending.ts';

/** What is left of the function's time is for the batch that is under way. */
const embeddingMs = 40_000;

export const handler = worker({
  queue: 'knowledge',
  summary: 'Brings waiting documents into the index of their space and merges its segments',
  message: KnowledgeWaiting,
  uses: ['mongo', 'queues', 'embeddings'],
  timeoutSeconds: 120,
  memoryMb: 1024,
  run: async ({ message: { space }, services, log }) => {
    log.set({ documents: await indexPending(services, space) });
    log.set({ embedded: await embedPending(services, space, AbortSignal.timeout(embeddingMs)) });
  },
});
