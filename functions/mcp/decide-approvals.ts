import { DecideApprovals, decideApprovals, OfferedTools } from '../../lib/deployments/decide-approvals.ts';
import { endpoint } from '../../lib/kernel/http/endpoint.ts';
import { ToolId } from '../../lib/tools/schema.ts';

export const handler = endpoint({
  route: 'PATCH /api/v1/mcps/{tool_id}/approvals',
  summary: "Approve what a tool's server offers, or switch it off",
  permission: 'mcps:update',
  uses: ['mysql', 'queues'],
  params: ToolId,
  body: DecideApprovals,
  output: OfferedTools,
  problems: ['conflict'],
  run: ({ params, body, caller, services }) => decideApprovals(services, caller, params.tool_id, body),
});
