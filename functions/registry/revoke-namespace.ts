import { endpoint } from '../../lib/kernel/http/endpoint.ts';
import { NamespacePath, RevokedNamespace, revokeNamespace } from '../../lib/registry/namespaces.ts';

export const handler = endpoint({
  route: 'DELETE /api/v1/registry/namespaces/{namespace}',
  summary: 'Take a namespace of another registry back; its tools are served by their slugs',
  permission: 'users:update',
  uses: ['mysql', 'queues', 'redis'],
  params: NamespacePath,
  output: RevokedNamespace,
  run: ({ params, caller, services }) => revokeNamespace(services, caller, params.namespace),
});
