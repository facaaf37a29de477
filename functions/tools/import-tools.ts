import { endpoint } from '../../lib/kernel/http/endpoint.ts';
import { perMinute } from '../../lib/kernel/http/rate-limit.ts';
import { ImportQuery, ImportTools, importTools } from '../../lib/tools/import-tools.ts';
import { Imported } from '../../lib/tools/schema.ts';

export const handler = endpoint({
  route: 'POST /api/v1/mcps/import',
  summary: 'Make drafts from a server.json or from the file of an MCP client',
  permission: 'mcps:create',
  limit: perMinute(30),
  uses: ['mysql', 'queues', 'redis', 'settings', 'secrets', 'quotas'],
  query: ImportQuery,
  body: ImportTools,
  bodyAs: 'text',
  output: Imported,
  problems: ['quota-exceeded'],
  status: 201,
  answers: { 200: Imported },
  statusOf: ({ dry_run: isDryRun }) => (isDryRun ? 200 : 201),
  run: ({ body, query, request, caller, services }) =>
    importTools(services, caller, {
      text: body,
      contentType: request.headers['content-type'],
      isDryRun: query.dry_run,
    }),
});
