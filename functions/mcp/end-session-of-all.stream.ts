import * as z from 'zod';
import { perMinute } from '../../lib/kernel/http/rate-limit.ts';
import { stream } from '../../lib/kernel/http/stream.ts';
import { endAllSession } from '../../lib/mcp/all/session.ts';
import { serverPath } from '../../lib/mcp/resource-metadata.ts';
import { AnyQuery, RpcRefusal, mcpHeaders } from '../../lib/mcp/schema.ts';

export const handler = stream({
  route: 'DELETE /mcp/v1',
  summary: 'End an MCP session with all servers',
  permission: 'mcp:call',
  limit: perMinute(600),
  uses: ['mysql', 'queues', 'secrets', 'upstream', 'settings', 'quotas'],
  protects: serverPath,
  query: AnyQuery,
  produces: 'application/json',
  answers: { 204: z.void() },
  refusesAs: RpcRefusal,
  requestHeaders: mcpHeaders,
  problems: ['quota-exceeded', 'upstream-error', 'not-found'],
  run: ({ services, ...call }) => endAllSession(services, call),
});
