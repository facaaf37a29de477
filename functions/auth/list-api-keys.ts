import * as z from 'zod';
import { endpoint } from '../../lib/kernel/http/endpoint.ts';
import { pageQuery } from '../../lib/kernel/http/page.ts';
import { listApiKeys } from '../../lib/auth/list-api-keys.ts';
import { ApiKeyPage } from '../../lib/auth/schema.ts';

export const handler = endpoint({
  route: 'GET /api/v1/auth/api-keys',
  summary: "List one's own API keys, without the keys themselves",
  permission: 'authenticated',
  uses: ['mysql'],
  query: z.object(pageQuery),
  output: ApiKeyPage,
  run: ({ query, caller, services }) => listApiKeys(services, caller, query),
});
