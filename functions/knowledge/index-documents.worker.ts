import { KnowledgeWaiting } from '../../events/knowledge-waiting.ts';
import { worker } from '../../lib/kernel/lambda/worker.ts';
import { indexPending } from '../../lib/knowledge/index/index-pending.ts';

export const handler = worker({
  queue: 'knowledge',
  summary: 'Brings waiting documents into the index of their space and merges its segments',
  message: KnowledgeWaiting,
  uses: ['mongo'],
  timeoutSeconds: 120,
  memoryMb: 1024,
  run: async ({ message, services, log }) => log.set({ documents: await indexPending(services, message.space) }),
});
