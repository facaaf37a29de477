import * as z from 'zod';
import { endpoint } from '../../lib/kernel/http/endpoint.ts';
import { redocPage } from '../../lib/system/show-docs.ts';

export const handler = endpoint({
  route: 'GET /api/redoc',
  summary: 'A page to read this API by',
  permission: 'public',
  output: z.string(),
  produces: 'text/html; charset=utf-8',
  run: () => redocPage,
});
