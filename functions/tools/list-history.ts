import { endpoint } from '../../lib/kernel/http/endpoint.ts';
import { ListHistory, listHistory } from '../../lib/tools/list-history.ts';
import { HistoryPage, ToolId } from '../../lib/tools/schema.ts';

export const handler = endpoint({
  route: 'GET /api/v1/mcps/{tool_id}/history',
  summary: 'List the revisions of a tool, newest first',
  permission: 'mcps:read',
  uses: ['mysql', 'mongo'],
  params: ToolId,
  query: ListHistory,
  output: HistoryPage,
  run: ({ params, query, caller, services }) => listHistory(services, caller, params.tool_id, query),
});
