import { endpoint } from '../../lib/kernel/http/endpoint.ts';
import { etagOfAnswer } from '../../lib/registry/present.ts';
import { listVersions } from '../../lib/registry/read-versions.ts';
import { ListVersions, ServerList, ServerName } from '../../lib/registry/schema.ts';

export const handler = endpoint({
  route: 'GET /v0.1/servers/{serverName}/versions',
  summary: 'List the versions of a server, newest first',
  permission: 'public',
  uses: ['mysql', 'settings'],
  params: ServerName,
  query: ListVersions,
  output: ServerList,
  headers: (answer) => ({ etag: etagOfAnswer(answer) }),
  run: ({ params, query, services }) => listVersions(services, params.serverName, query),
});
