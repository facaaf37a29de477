import { endpoint } from '../../lib/kernel/http/endpoint.ts';
import { ListNamespaces, listNamespaces, NamespacePage } from '../../lib/registry/namespaces.ts';

export const handler = endpoint({
  route: 'GET /api/v1/registry/namespaces',
  summary: 'List the granted namespaces of other registries',
  permission: 'users:read',
  uses: ['mysql'],
  query: ListNamespaces,
  output: NamespacePage,
  run: ({ query, services }) => listNamespaces(services, query),
});
