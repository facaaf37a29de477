import { endpoint } from '../../lib/kernel/endpoint.ts';
import { deleteTool } from '../../lib/tools/delete-tool.ts';
import { Deleted, ToolId } from '../../lib/tools/schema.ts';

export const handler = endpoint({
  route: 'DELETE /api/v1/mcps/{tool_id}',
  summary: 'Delete a tool; its history stays and its slug stays taken',
  permission: 'mcps:delete',
  uses: ['mysql', 'queues', 'redis'],
  params: ToolId,
  output: Deleted,
  problems: ['precondition-failed'],
  run: ({ params, caller, services, request }) =>
    deleteTool(services, caller, params.tool_id, request.headers['if-match']),
});
