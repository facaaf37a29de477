import { endpoint } from '../../lib/kernel/http/endpoint.ts';
import { resourceMetadata } from '../../lib/mcp/resource-metadata.ts';
import { AnySlug, ResourceMetadata } from '../../lib/mcp/schema.ts';

export const handler = endpoint({
  route: 'GET /.well-known/oauth-protected-resource/mcp/{slug}/v1',
  summary: "How to get into a deployed server's endpoint (RFC 9728)",
  permission: 'public',
  uses: ['settings'],
  params: AnySlug,
  output: ResourceMetadata,
  run: ({ params: { slug }, request, services }) =>
    resourceMetadata(services, request, { path: `/mcp/${slug}/v1`, name: slug }),
});
