import { perMinute } from '../../lib/kernel/http/rate-limit.ts';
import { stream } from '../../lib/kernel/http/stream.ts';
import { openAllStream } from '../../lib/mcp/all/session.ts';
import { serverPath } from '../../lib/mcp/resource-metadata.ts';
import { AnyQuery, RpcRefusal, mcpHeaders } from '../../lib/mcp/schema.ts';

export const handler = stream({
  route: 'GET /mcp/v1',
  summary: 'Listen to what changes of all servers that the caller may use',
  permission: 'mcp:call',
  limit: perMinute(600),
  uses: ['mysql', 'queues', 'secrets', 'upstream', 'settings', 'quotas'],
  memoryMb: 192,
  protects: serverPath,
  query: AnyQuery,
  produces: 'text/event-stream',
  refusesAs: RpcRefusal,
  requestHeaders: mcpHeaders,
  problems: ['quota-exceeded', 'upstream-error', 'not-found', 'method-not-allowed'],
  run: ({ services, ...call }) => openAllStream(services, call),
});
