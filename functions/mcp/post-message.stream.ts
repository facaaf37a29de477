import * as z from 'zod';
import { perMinute } from '../../lib/kernel/http/rate-limit.ts';
import { stream } from '../../lib/kernel/http/stream.ts';
import { postMessage } from '../../lib/mcp/post-message.ts';
import { serverPath } from '../../lib/mcp/resource-metadata.ts';
import { AnyQuery, RpcMessage, RpcRefusal, ServerSlug, mcpHeaders } from '../../lib/mcp/schema.ts';

export const handler = stream({
  route: 'POST /mcp/{slug}/v1',
  summary: 'Send an MCP message to a deployed server (Streamable HTTP)',
  permission: 'mcp:call',
  limit: perMinute(600),
  uses: ['mysql', 'queues', 'secrets', 'upstream', 'settings', 'quotas'],
  protects: serverPath,
  params: ServerSlug,
  query: AnyQuery,
  body: RpcMessage,
  bodyAs: 'text',
  produces: 'application/json',
  alsoProduces: ['text/event-stream'],
  answers: { 202: z.void() },
  refusesAs: RpcRefusal,
  requestHeaders: mcpHeaders,
  problems: ['quota-exceeded', 'upstream-error', 'upstream-timeout'],
  run: ({ params, body, services, ...call }) => postMessage(services, { ...params, ...call }, body),
});
