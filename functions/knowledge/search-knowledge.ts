import { endpoint } from '../../lib/kernel/http/endpoint.ts';
import { perMinute } from '../../lib/kernel/http/rate-limit.ts';
import { Search, SearchResults } from '../../lib/knowledge/schema.ts';
import { searchKnowledge } from '../../lib/knowledge/search/search.ts';

export const handler = endpoint({
  route: 'POST /api/v1/knowledge/search',
  summary: 'Search the documents',
  permission: 'knowledge:read',
  limit: perMinute(120),
  idempotent: false,
  uses: ['mongo', 'embeddings'],
  memoryMb: 1024,
  body: Search,
  output: SearchResults,
  run: ({ body, services }) => searchKnowledge(services, body),
});
