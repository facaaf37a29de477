import * as z from 'zod';
import { endpoint } from '../../lib/kernel/http/endpoint.ts';

export const handler = endpoint({
  route: 'GET /health/live',
  summary: 'Answer without touching anything',
  permission: 'public',
  limit: 'off',
  output: z.object({ status: z.literal('alive') }),
  headers: () => ({ 'cache-control': 'no-store' }),
  run: () => ({ status: 'alive' as const }),
});
