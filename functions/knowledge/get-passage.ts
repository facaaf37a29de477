import { endpoint } from '../../lib/kernel/http/endpoint.ts';
import { getPassage } from '../../lib/knowledge/documents/get-passage.ts';
import { Passage, PassageId } from '../../lib/knowledge/schema.ts';

export const handler = endpoint({
  route: 'GET /api/v1/knowledge/passages/{passage_id}',
  summary: 'Read one passage, as a search result names it',
  permission: 'knowledge:read',
  uses: ['mongo'],
  params: PassageId,
  output: Passage,
  run: ({ params, services }) => getPassage(services, params.passage_id),
});
