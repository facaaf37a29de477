import { endpoint } from '../../lib/kernel/http/endpoint.ts';
import { etagOf } from '../../lib/tools/present.ts';
import { Tool, ToolId, UpdateTool } from '../../lib/tools/schema.ts';
import { updateTool } from '../../lib/tools/update-tool.ts';

export const handler = endpoint({
  route: 'PUT /api/v1/mcps/{tool_id}',
  summary: 'Change a tool',
  permission: 'mcps:update',
  uses: ['mysql', 'queues', 'redis', 'settings', 'secrets', 'quotas'],
  params: ToolId,
  body: UpdateTool,
  output: Tool,
  problems: ['precondition-failed', 'quota-exceeded'],
  headers: (tool) => ({ etag: etagOf(tool) }),
  run: ({ params, body, caller, services, request }) =>
    updateTool(services, caller, params.tool_id, body, request.headers['if-match']),
});
