import * as z from 'zod';
import { endpoint } from '../../lib/kernel/http/endpoint.ts';
import { describeApi } from '../../lib/system/describe-api.ts';

export const handler = endpoint({
  route: 'GET /api/openapi.json',
  summary: 'The OpenAPI 3.1 description of this API',
  permission: 'public',
  uses: ['apiDescription', 'settings'],
  output: z.record(z.string(), z.unknown()),
  headers: () => ({ 'cache-control': 'public, max-age=60' }),
  run: ({ services }) => describeApi(services),
});
