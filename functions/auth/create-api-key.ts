import { endpoint } from '../../lib/kernel/http/endpoint.ts';
import { createApiKey } from '../../lib/auth/create-api-key.ts';
import { ApiKeyRequest, CreatedApiKey } from '../../lib/auth/schema.ts';

export const handler = endpoint({
  route: 'POST /api/v1/auth/api-keys',
  summary: 'Create an API key; the answer shows it this once',
  permission: 'authenticated',
  uses: ['mysql', 'sessions', 'queues', 'quotas'],
  body: ApiKeyRequest,
  output: CreatedApiKey,
  status: 201,
  headers: () => ({ 'cache-control': 'no-store' }),
  problems: ['forbidden', 'quota-exceeded'],
  run: ({ body, caller, services }) => createApiKey(services, caller, body),
});
