import { perMinute } from '../../lib/kernel/http/rate-limit.ts';
import { stream } from '../../lib/kernel/http/stream.ts';
import { serverPath } from '../../lib/mcp/resource-metadata.ts';
import { CallTool, ServerTool, ToolArguments } from '../../lib/mcp/schema.ts';
import { answerToolCall } from '../../lib/mcp/served-tools.ts';

export const handler = stream({
  route: 'POST /mcp/{slug}/v1/tools/{tool}',
  summary: 'Call one tool of a deployed server with plain JSON',
  permission: 'mcp:call',
  limit: perMinute(600),
  uses: ['mysql', 'queues', 'secrets', 'upstream', 'settings'],
  protects: serverPath,
  params: ServerTool,
  query: CallTool,
  body: ToolArguments,
  bodyAs: 'text',
  produces: 'application/json',
  problems: ['upstream-error', 'upstream-timeout'],
  run: ({ params, query, body, services, ...call }) =>
    answerToolCall(services, { ...params, ...call }, { ...query, tool: params.tool }, body),
});
