import { endpoint } from '../../lib/kernel/http/endpoint.ts';
import { etagOfAnswer } from '../../lib/registry/present.ts';
import { getVersion } from '../../lib/registry/read-versions.ts';
import { ServerResponse, ServerVersion } from '../../lib/registry/schema.ts';

export const handler = endpoint({
  route: 'GET /v0.1/servers/{serverName}/versions/{version}',
  summary: 'Read one version of a server',
  permission: 'public',
  uses: ['mysql', 'settings'],
  params: ServerVersion,
  output: ServerResponse,
  headers: (answer) => ({ etag: etagOfAnswer(answer) }),
  run: ({ params, services }) => getVersion(services, params.serverName, params.version),
});
