import { endpoint } from '../../lib/kernel/http/endpoint.ts';
import { pageAsset } from '../../lib/system/page-asset.ts';

export const handler = endpoint({
  route: 'GET /console/{asset}',
  summary: 'A file of the console',
  ...pageAsset('public, no-cache', (from, name) => from.consoleAsset(name)),
});
