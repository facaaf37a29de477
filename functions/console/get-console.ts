import * as z from 'zod';
import { consolePage, consolePolicy } from '../../lib/console/show-console.ts';
import { endpoint } from '../../lib/kernel/http/endpoint.ts';

export const handler = endpoint({
  route: 'GET /console',
  summary: 'The console: the platform for a person who would rather look',
  permission: 'public',
  output: z.string(),
  produces: 'text/html; charset=utf-8',
  headers: () => ({ 'content-security-policy': consolePolicy, 'cache-control': 'public, no-cache' }),
  run: () => consolePage,
});
