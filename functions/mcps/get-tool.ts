import { endpoint } from '../../lib/kernel/endpoint.ts';
import { getTool } from '../../lib/tools/get-tool.ts';
import { etagOf } from '../../lib/tools/present.ts';
import { Tool, ToolId } from '../../lib/tools/schema.ts';

export const handler = endpoint({
  route: 'GET /api/v1/mcps/{tool_id}',
  summary: 'Read a tool with its configuration',
  permission: 'mcps:read',
  uses: ['mysql'],
  params: ToolId,
  output: Tool,
  headers: (tool) => ({ etag: etagOf(tool) }),
  run: ({ params, services }) => getTool(services, params.tool_id),
});
