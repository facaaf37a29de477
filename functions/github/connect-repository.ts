import { endpoint } from '../../lib/kernel/http/endpoint.ts';
import { perMinute } from '../../lib/kernel/http/rate-limit.ts';
import { connectRepository } from '../../lib/github/connect-repository.ts';
import { Connected, ConnectRepository } from '../../lib/github/schema.ts';

export const handler = endpoint({
  route: 'POST /api/v1/github/connect',
  summary: 'Connect a GitHub repository, so that a tool follows it',
  permission: 'github:create',
  limit: perMinute(20),
  uses: ['mysql', 'queues', 'secrets', 'settings', 'quotas', 'github', 'deliveries'],
  body: ConnectRepository,
  output: Connected,
  status: 201,
  problems: ['not-found', 'conflict', 'quota-exceeded', 'upstream-error'],
  run: ({ body, caller, services }) => connectRepository(services, caller, body),
});
