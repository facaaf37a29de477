import * as z from 'zod';
import { perMinute } from '../../lib/kernel/http/rate-limit.ts';
import { stream } from '../../lib/kernel/http/stream.ts';
import { endSession } from '../../lib/mcp/open-stream.ts';
import { serverPath } from '../../lib/mcp/resource-metadata.ts';
import { AnyQuery, RpcRefusal, ServerSlug, mcpHeaders } from '../../lib/mcp/schema.ts';

export const handler = stream({
  route: 'DELETE /mcp/{slug}/v1',
  summary: 'End an MCP session',
  permission: 'mcp:call',
  limit: perMinute(600),
  uses: ['mysql', 'queues', 'secrets', 'upstream', 'settings', 'quotas'],
  protects: serverPath,
  params: ServerSlug,
  query: AnyQuery,
  produces: 'application/json',
  answers: { 202: z.void(), 204: z.void() },
  refusesAs: RpcRefusal,
  requestHeaders: mcpHeaders,
  problems: ['quota-exceeded', 'upstream-error'],
  run: ({ params, services, ...call }) => endSession(services, { ...params, ...call }),
});
