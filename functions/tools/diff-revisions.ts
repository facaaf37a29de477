import { endpoint } from '../../lib/kernel/http/endpoint.ts';
import { diffRevisions } from '../../lib/tools/diff-revisions.ts';
import { DiffQuery, ToolDiff, ToolId } from '../../lib/tools/schema.ts';

export const handler = endpoint({
  route: 'GET /api/v1/mcps/{tool_id}/diff',
  summary: 'Compare two revisions of a tool, and what that means to its callers',
  permission: 'mcps:read',
  uses: ['mysql', 'mongo'],
  params: ToolId,
  query: DiffQuery,
  output: ToolDiff,
  run: ({ params, query, caller, services }) => diffRevisions(services, caller, params.tool_id, query),
});
