import * as z from 'zod';
import { readConsoleAsset } from '../../lib/console/show-console.ts';
import { endpoint } from '../../lib/kernel/http/endpoint.ts';
import { perMinute } from '../../lib/kernel/http/rate-limit.ts';
import { contentTypeOf } from '../../lib/system/show-docs.ts';

export const handler = endpoint({
  route: 'GET /console/{asset}',
  summary: 'A file of the console',
  permission: 'public',
  limit: perMinute(600),
  uses: ['apiDescription'],
  params: z.object({ asset: z.string().regex(/^[a-z0-9.-]{1,64}$/) }),
  output: z.instanceof(Uint8Array),
  produces: 'application/octet-stream',
  alsoProduces: ['text/javascript', 'text/css', 'image/svg+xml'],
  headers: (_content, { params }) => ({
    'content-type': contentTypeOf(params.asset),
    'cache-control': 'public, no-cache',
  }),
  run: ({ params, services }) => readConsoleAsset(services, params.asset),
});
