import { endpoint } from '../../lib/kernel/http/endpoint.ts';
import { listServers } from '../../lib/registry/list-servers.ts';
import { etagOfAnswer } from '../../lib/registry/present.ts';
import { ListServers, ServerList } from '../../lib/registry/schema.ts';

export const handler = endpoint({
  route: 'GET /v0.1/servers',
  summary: 'List the active tools as an MCP registry',
  permission: 'public',
  uses: ['mysql', 'redis', 'settings'],
  query: ListServers,
  output: ServerList,
  problems: ['not-found'],
  headers: (list) => ({ etag: etagOfAnswer(list) }),
  run: ({ query, services }) => listServers(services, query),
});
