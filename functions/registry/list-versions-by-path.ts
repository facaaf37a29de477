import { endpoint } from '../../lib/kernel/http/endpoint.ts';
import { etagOfAnswer } from '../../lib/registry/present.ts';
import { listVersions } from '../../lib/registry/read-versions.ts';
import { ListVersions, ServerList, SplitServerName } from '../../lib/registry/schema.ts';

export const handler = endpoint({
  route: 'GET /v0.1/servers/{serverName}/{name}/versions',
  summary: 'The same, for a name with a plain slash',
  permission: 'public',
  uses: ['mysql', 'settings'],
  params: SplitServerName,
  query: ListVersions,
  output: ServerList,
  headers: (answer) => ({ etag: etagOfAnswer(answer) }),
  run: ({ params, query, services }) => listVersions(services, `${params.serverName}/${params.name}`, query),
});
