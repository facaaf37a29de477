import { endpoint } from '../../lib/kernel/http/endpoint.ts';
import { GrantNamespace, grantNamespace, NamespaceView } from '../../lib/registry/namespaces.ts';

export const handler = endpoint({
  route: 'POST /api/v1/registry/namespaces',
  summary: "Let a user's tools be served under the names of a namespace of another registry",
  permission: 'users:update',
  uses: ['mysql', 'queues', 'redis', 'settings'],
  body: GrantNamespace,
  output: NamespaceView,
  status: 201,
  run: ({ body, caller, services }) => grantNamespace(services, caller, body),
});
