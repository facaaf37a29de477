import { perMinute } from '../../lib/kernel/http/rate-limit.ts';
import { stream } from '../../lib/kernel/http/stream.ts';
import { answerCallRequest } from '../../lib/mcp/answer-tool-call.ts';
import { serverPath } from '../../lib/mcp/resource-metadata.ts';
import { Accepted } from '../../lib/tasks/schema.ts';
import { CallTool, ServerTool, ToolArguments } from '../../lib/mcp/schema.ts';

export const handler = stream({
  route: 'POST /mcp/{slug}/v1/tools/{tool}',
  summary: 'Call one tool of a deployed server with plain JSON, at once or as a task',
  permission: 'mcp:call',
  limit: perMinute(600),
  uses: ['mysql', 'mongo', 'queues', 'secrets', 'upstream', 'settings', 'quotas'],
  protects: serverPath,
  params: ServerTool,
  query: CallTool,
  body: ToolArguments,
  bodyAs: 'text',
  produces: 'application/json',
  answers: { 202: Accepted },
  problems: ['account-required', 'quota-exceeded', 'upstream-error', 'upstream-timeout'],
  run: ({ params, query, body, services, ...call }) =>
    answerCallRequest(services, { ...params, ...call }, params.tool, query, body),
});
