import * as z from 'zod';
import { endpoint } from '../../lib/kernel/http/endpoint.ts';
import { docsPage } from '../../lib/system/show-docs.ts';

export const handler = endpoint({
  route: 'GET /api/docs',
  summary: 'A page that shows this API and can call it',
  permission: 'public',
  output: z.string(),
  produces: 'text/html; charset=utf-8',
  run: () => docsPage,
});
