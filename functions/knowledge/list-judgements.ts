import { endpoint } from '../../lib/kernel/http/endpoint.ts';
import { listJudgements } from '../../lib/knowledge/judgements/keep-judgements.ts';
import { JudgementPage, ListJudgements } from '../../lib/knowledge/judgements/schema.ts';

export const handler = endpoint({
  route: 'GET /api/v1/knowledge/judgements',
  summary: 'List the judged queries, newest first',
  permission: 'knowledge:read',
  uses: ['mongo'],
  query: ListJudgements,
  output: JudgementPage,
  run: ({ query, services }) => listJudgements(services, query),
});
