import { endpoint } from '../../lib/kernel/http/endpoint.ts';
import { etagOfAnswer } from '../../lib/registry/present.ts';
import { getVersion } from '../../lib/registry/read-versions.ts';
import { ServerResponse, SplitServerVersion } from '../../lib/registry/schema.ts';

export const handler = endpoint({
  route: 'GET /v0.1/servers/{serverName}/{name}/versions/{version}',
  summary: 'The same, for a name with a plain slash',
  permission: 'public',
  uses: ['mysql', 'settings'],
  params: SplitServerVersion,
  output: ServerResponse,
  headers: (answer) => ({ etag: etagOfAnswer(answer) }),
  run: ({ params, services }) => getVersion(services, `${params.serverName}/${params.name}`, params.version),
});
