import { endpoint } from '../../lib/kernel/http/endpoint.ts';
import { perMinute } from '../../lib/kernel/http/rate-limit.ts';
import { getKnowledgeStatus } from '../../lib/knowledge/judgements/get-status.ts';
import { KnowledgeStatus } from '../../lib/knowledge/judgements/schema.ts';

export const handler = endpoint({
  route: 'GET /api/v1/knowledge/status',
  summary: 'See what is indexed, how it is ranked, and how well the judged queries are answered',
  permission: 'knowledge:read',
  limit: perMinute(30),
  uses: ['mongo', 'embeddings'],
  memoryMb: 1024,
  output: KnowledgeStatus,
  run: ({ services }) => getKnowledgeStatus(services),
});
