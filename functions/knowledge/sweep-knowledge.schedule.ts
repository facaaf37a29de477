import { schedule } from '../../lib/kernel/lambda/schedule.ts';
import { sweepKnowledge } from '../../lib/knowledge/sweep-knowledge.ts';

export const handler = schedule({
  everyMinutes: 1,
  summary: 'Has documents indexed whose message was lost, and removes what a process that died has left',
  uses: ['mongo', 'queues', 'secrets', 'quotas', 'embeddings'],
  run: async ({ services, log, now }) => log.set(await sweepKnowledge(services, now)),
});
