import { endpoint } from '../../lib/kernel/http/endpoint.ts';
import { perMinute } from '../../lib/kernel/http/rate-limit.ts';
import { serverPath } from '../../lib/mcp/resource-metadata.ts';
import { ServedTools, ServerSlug } from '../../lib/mcp/schema.ts';
import { listServedTools } from '../../lib/mcp/served-tools.ts';

export const handler = endpoint({
  route: 'GET /mcp/{slug}/v1/tools',
  summary: 'List the tools of a deployed server as plain JSON',
  permission: 'mcp:call',
  limit: perMinute(600),
  uses: ['mysql', 'queues', 'secrets', 'upstream', 'settings', 'quotas'],
  protects: serverPath,
  params: ServerSlug,
  output: ServedTools,
  problems: ['account-required', 'quota-exceeded', 'upstream-error', 'upstream-timeout'],
  run: ({ params, services, ...call }) => listServedTools(services, { ...params, ...call }),
});
