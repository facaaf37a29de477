import { perMinute } from '../../lib/kernel/http/rate-limit.ts';
import { stream } from '../../lib/kernel/http/stream.ts';
import { openStream } from '../../lib/mcp/open-stream.ts';
import { serverPath } from '../../lib/mcp/resource-metadata.ts';
import { AnyQuery, RpcRefusal, ServerSlug, mcpHeaders } from '../../lib/mcp/schema.ts';

export const handler = stream({
  route: 'GET /mcp/{slug}/v1',
  summary: "Listen to a deployed server's own messages",
  permission: 'mcp:call',
  limit: perMinute(600),
  uses: ['mysql', 'queues', 'secrets', 'upstream', 'settings', 'quotas'],
  memoryMb: 192,
  protects: serverPath,
  params: ServerSlug,
  query: AnyQuery,
  produces: 'text/event-stream',
  refusesAs: RpcRefusal,
  requestHeaders: mcpHeaders,
  problems: ['quota-exceeded', 'upstream-error', 'method-not-allowed'],
  run: ({ params, services, ...call }) => openStream(services, { ...params, ...call }),
});
