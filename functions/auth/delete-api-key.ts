import { endpoint } from '../../lib/kernel/http/endpoint.ts';
import { revokeApiKey } from '../../lib/auth/revoke-api-key.ts';
import { ApiKeyId, RevokedApiKey } from '../../lib/auth/schema.ts';

export const handler = endpoint({
  route: 'DELETE /api/v1/auth/api-keys/{key_id}',
  summary: 'Revoke an API key; it is dead on the next request',
  permission: 'authenticated',
  uses: ['mysql', 'sessions', 'queues'],
  params: ApiKeyId,
  output: RevokedApiKey,
  problems: ['forbidden'],
  run: ({ params, caller, services }) => revokeApiKey(services, caller, params.key_id),
});
