import { etagWithAnalysis, showTool, ToolWithAnalysis } from '../../lib/analysis/show-tool.ts';
import { endpoint } from '../../lib/kernel/http/endpoint.ts';
import { ToolId } from '../../lib/tools/schema.ts';

export const handler = endpoint({
  route: 'GET /api/v1/mcps/{tool_id}',
  summary: 'Read a tool with its configuration and latest scores',
  permission: 'mcps:read',
  uses: ['mysql'],
  params: ToolId,
  output: ToolWithAnalysis,
  headers: (tool) => ({ etag: etagWithAnalysis(tool) }),
  run: ({ params, caller, services }) => showTool(services, caller, params.tool_id),
});
