import type { KnowledgeWaiting } from '../../../events/knowledge-waiting.ts';
import { currentCorrelation } from '../../kernel/log/correlation.ts';
import type { KnowledgeQueue } from '../../knowledge/ports.ts';
import type { Queues } from './sqs.ts';

export function queueKnowledge(queues: Queues): KnowledgeQueue {
  return {
    async wake(space, delaySeconds) {
      try {
        await queues.send('knowledge', { space } satisfies KnowledgeWaiting, delaySeconds);
      } catch (error) {
        currentCorrelation()?.log.warn('The indexing could not be woken; the sweeper will find what waits.', { error });
      }
    },
  };
}
