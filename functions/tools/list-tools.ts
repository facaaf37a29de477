import { endpoint } from '../../lib/kernel/http/endpoint.ts';
import { ListTools, listTools } from '../../lib/tools/list-tools.ts';
import { ToolPage } from '../../lib/tools/schema.ts';

export const handler = endpoint({
  route: 'GET /api/v1/mcps',
  summary: 'List the tools of the catalog',
  permission: 'mcps:read',
  uses: ['mysql', 'redis'],
  query: ListTools,
  output: ToolPage,
  run: ({ query, services }) => listTools(services, query),
});
