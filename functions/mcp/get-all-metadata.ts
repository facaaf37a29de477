import { endpoint } from '../../lib/kernel/http/endpoint.ts';
import { resourceMetadata } from '../../lib/mcp/resource-metadata.ts';
import { ResourceMetadata } from '../../lib/mcp/schema.ts';

export const handler = endpoint({
  route: 'GET /.well-known/oauth-protected-resource/mcp/v1',
  summary: 'How to get into the endpoint of all servers (RFC 9728)',
  permission: 'public',
  uses: ['settings'],
  output: ResourceMetadata,
  run: ({ request, services }) => resourceMetadata(services, request, { path: '/mcp/v1', name: 'All servers' }),
});
