import * as z from 'zod';
import { perMinute } from '../../lib/kernel/http/rate-limit.ts';
import { stream } from '../../lib/kernel/http/stream.ts';
import { answerForAll } from '../../lib/mcp/all/answer-message.ts';
import { serverPath } from '../../lib/mcp/resource-metadata.ts';
import { AllQuery, RpcMessage, RpcRefusal, mcpHeaders } from '../../lib/mcp/schema.ts';

export const handler = stream({
  route: 'POST /mcp/v1',
  summary: 'Send an MCP message to all servers that the caller may use (Streamable HTTP)',
  permission: 'mcp:call',
  limit: perMinute(600),
  uses: ['mysql', 'mongo', 'queues', 'secrets', 'upstream', 'settings', 'quotas', 'live', 'sockets'],
  memoryMb: 1024,
  protects: serverPath,
  query: AllQuery,
  body: RpcMessage,
  bodyAs: 'text',
  produces: 'application/json',
  alsoProduces: ['text/event-stream'],
  answers: { 202: z.void() },
  refusesAs: RpcRefusal,
  requestHeaders: mcpHeaders,
  problems: ['quota-exceeded', 'upstream-error', 'upstream-timeout', 'not-found'],
  run: ({ query, body, services, ...call }) => answerForAll(services, call, body, query.mode),
});
