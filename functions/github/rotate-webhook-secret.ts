import { endpoint } from '../../lib/kernel/http/endpoint.ts';
import { perMinute } from '../../lib/kernel/http/rate-limit.ts';
import { rotateSecret } from '../../lib/github/rotate-secret.ts';
import { ConnectionId, RotateSecret, SecretRotated } from '../../lib/github/schema.ts';

export const handler = endpoint({
  route: 'POST /api/v1/github/connections/{connection_id}/webhook-secret',
  summary: 'Give the webhook of a connection a new secret; the former counts for a while longer',
  permission: 'github:update',
  limit: perMinute(10),
  uses: ['mysql', 'queues', 'secrets', 'settings', 'github', 'deliveries'],
  params: ConnectionId,
  body: RotateSecret,
  output: SecretRotated,
  problems: ['conflict', 'upstream-error'],
  run: ({ params, body, caller, services }) => rotateSecret(services, caller, params.connection_id, body),
});
