import { endpoint } from '../../lib/kernel/http/endpoint.ts';
import { perMinute } from '../../lib/kernel/http/rate-limit.ts';
import { createTool } from '../../lib/tools/create-tool.ts';
import { etagOf } from '../../lib/tools/present.ts';
import { CreateTool, Tool } from '../../lib/tools/schema.ts';

export const handler = endpoint({
  route: 'POST /api/v1/mcps',
  summary: 'Create an MCP tool',
  permission: 'mcps:create',
  limit: perMinute(30),
  uses: ['mysql', 'queues', 'redis', 'settings', 'secrets', 'quotas'],
  body: CreateTool,
  output: Tool,
  status: 201,
  problems: ['slug-taken', 'quota-exceeded'],
  headers: (tool) => ({ location: `/api/v1/mcps/${tool.id}`, etag: etagOf(tool) }),
  run: ({ body, caller, services }) => createTool(services, caller, body),
});
