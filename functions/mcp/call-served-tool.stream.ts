import { perMinute } from '../../lib/kernel/http/rate-limit.ts';
import { stream } from '../../lib/kernel/http/stream.ts';
import { serverPath } from '../../lib/mcp/resource-metadata.ts';
import { ServerTool, ToolArguments } from '../../lib/mcp/schema.ts';
import { callServedTool } from '../../lib/mcp/served-tools.ts';

export const handler = stream({
  route: 'POST /mcp/{slug}/v1/tools/{tool}',
  summary: 'Call one tool of a deployed server with plain JSON',
  permission: 'mcp:call',
  limit: perMinute(600),
  uses: ['mysql', 'queues', 'secrets', 'upstream', 'settings'],
  protects: serverPath,
  params: ServerTool,
  body: ToolArguments,
  bodyAs: 'text',
  produces: 'application/json',
  problems: ['upstream-error', 'upstream-timeout'],
  run: ({ params, body, services, ...call }) => callServedTool(services, { ...params, ...call }, params.tool, body),
});
