import * as z from 'zod';
import { perMinute } from '../../lib/kernel/http/rate-limit.ts';
import { stream } from '../../lib/kernel/http/stream.ts';
import { answerMessage } from '../../lib/knowledge/mcp/answer-message.ts';
import { assertKnownOrigin } from '../../lib/mcp/origin.ts';
import { serverPath } from '../../lib/mcp/resource-metadata.ts';
import { RpcMessage, RpcRefusal, mcpHeaders } from '../../lib/mcp/schema.ts';

export const handler = stream({
  route: 'POST /mcp/knowledge/v1',
  summary: 'Send an MCP message to the knowledge base (Streamable HTTP)',
  permission: 'knowledge:read',
  limit: perMinute(600),
  uses: ['mongo', 'embeddings', 'settings'],
  memoryMb: 1024,
  protects: serverPath,
  body: RpcMessage,
  bodyAs: 'text',
  produces: 'application/json',
  alsoProduces: ['text/event-stream'],
  answers: { 202: z.void() },
  refusesAs: RpcRefusal,
  requestHeaders: mcpHeaders,
  run: ({ body, request, services }) => {
    assertKnownOrigin(request, services.settings);
    return answerMessage({ request, services }, body);
  },
});
