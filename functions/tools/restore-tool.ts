import { endpoint } from '../../lib/kernel/http/endpoint.ts';
import { etagOf } from '../../lib/tools/present.ts';
import { restoreTool } from '../../lib/tools/restore-tool.ts';
import { Restore, Tool, ToolId } from '../../lib/tools/schema.ts';

export const handler = endpoint({
  route: 'POST /api/v1/mcps/{tool_id}/restore',
  summary: 'Make the configuration of an older revision the present one',
  permission: 'mcps:update',
  uses: ['mysql', 'mongo', 'queues', 'redis', 'settings', 'secrets', 'quotas'],
  params: ToolId,
  body: Restore,
  output: Tool,
  problems: ['precondition-failed', 'quota-exceeded'],
  headers: (tool) => ({ etag: etagOf(tool) }),
  run: ({ params, body, caller, services, request }) =>
    restoreTool(services, caller, params.tool_id, body.revision, request.headers['if-match']),
});
