import { OfferedTools, showApprovals } from '../../lib/deployments/decide-approvals.ts';
import { endpoint } from '../../lib/kernel/http/endpoint.ts';
import { ToolId } from '../../lib/tools/schema.ts';

export const handler = endpoint({
  route: 'GET /api/v1/mcps/{tool_id}/approvals',
  summary: "What a tool's server offers now, and what of it is let through to /mcp/v1",
  permission: 'mcps:read',
  uses: ['mysql'],
  params: ToolId,
  output: OfferedTools,
  run: ({ params, caller, services }) => showApprovals(services, caller, params.tool_id),
});
