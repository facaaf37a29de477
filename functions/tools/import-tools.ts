import { endpoint } from '../../lib/kernel/http/endpoint.ts';
import { perMinute } from '../../lib/kernel/http/rate-limit.ts';
import { ImportTools, importTools } from '../../lib/tools/import-tools.ts';
import { Imported } from '../../lib/tools/schema.ts';

export const handler = endpoint({
  route: 'POST /api/v1/mcps/import',
  summary: 'Make drafts from a server.json or from the file of an MCP client',
  permission: 'mcps:create',
  limit: perMinute(30),
  uses: ['mysql', 'queues', 'redis', 'settings', 'secrets', 'quotas'],
  body: ImportTools,
  output: Imported,
  problems: ['quota-exceeded'],
  status: 201,
  run: ({ body, caller, services }) => importTools(services, caller, body),
});
