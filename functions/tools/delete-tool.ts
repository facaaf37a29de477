import { deleteDeployedTool } from '../../lib/deployments/delete-deployed-tool.ts';
import { Force } from '../../lib/deployments/schema.ts';
import { endpoint } from '../../lib/kernel/http/endpoint.ts';
import { Deleted, ToolId } from '../../lib/tools/schema.ts';

export const handler = endpoint({
  route: 'DELETE /api/v1/mcps/{tool_id}',
  summary: 'Delete a tool; its history stays and its slug stays taken',
  permission: 'mcps:delete',
  uses: ['mysql', 'queues', 'redis', 'secrets'],
  params: ToolId,
  query: Force,
  output: Deleted,
  problems: ['precondition-failed', 'deployments-running'],
  run: ({ params, query, caller, services, request }) =>
    deleteDeployedTool(services, caller, params.tool_id, { ifMatch: request.headers['if-match'], ...query }),
});
