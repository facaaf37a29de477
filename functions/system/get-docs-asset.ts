import * as z from 'zod';
import { endpoint } from '../../lib/kernel/http/endpoint.ts';
import { perMinute } from '../../lib/kernel/http/rate-limit.ts';
import { contentTypeOf, readDocsAsset } from '../../lib/system/show-docs.ts';

export const handler = endpoint({
  route: 'GET /api/docs/{asset}',
  summary: 'A file of the documentation page',
  permission: 'public',
  limit: perMinute(600),
  uses: ['apiDescription'],
  params: z.object({ asset: z.string().regex(/^[a-z0-9.-]{1,64}$/) }),
  output: z.instanceof(Uint8Array),
  produces: 'application/octet-stream',
  alsoProduces: ['text/javascript', 'text/css', 'image/png'],
  headers: (_content, { params }) => ({
    'content-type': contentTypeOf(params.asset),
    'cache-control': 'public, max-age=3600',
  }),
  run: ({ params, services }) => readDocsAsset(services, params.asset),
});
