import { endpoint } from '../../lib/kernel/http/endpoint.ts';
import { pageAsset } from '../../lib/system/page-asset.ts';
import { readDocsAsset } from '../../lib/system/show-docs.ts';

export const handler = endpoint({
  route: 'GET /api/docs/{asset}',
  summary: 'A file of the documentation page',
  ...pageAsset('public, max-age=3600', readDocsAsset),
});
