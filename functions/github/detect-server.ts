import { endpoint } from '../../lib/kernel/http/endpoint.ts';
import { perMinute } from '../../lib/kernel/http/rate-limit.ts';
import { detectServer } from '../../lib/github/detect-server.ts';
import { Detected, DetectQuery, DetectServer } from '../../lib/github/schema.ts';

export const handler = endpoint({
  route: 'POST /api/v1/github/detect',
  summary: 'Show the tool that a repository would make, with where it was found and how sure that is',
  permission: 'github:create',
  limit: perMinute(20),
  uses: ['mysql', 'queues', 'redis', 'secrets', 'settings', 'quotas', 'github'],
  query: DetectQuery,
  body: DetectServer,
  output: Detected,
  problems: ['upstream-error'],
  run: ({ body, query, caller, services }) => detectServer(services, caller, body, query),
});
