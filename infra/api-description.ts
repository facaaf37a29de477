import type { ApiDescription } from '../lib/kernel/http/api-description.ts';
import { openapiDocument, splitRoute } from '../lib/kernel/http/openapi.ts';
import type { Declaration } from '../lib/kernel/lambda/declaration.ts';
import { readConsoleAsset } from './console-assets.ts';
import { type DiscoveredFunction, ofKind } from './discover.ts';
import { readDocsAsset } from './docs-assets.ts';

/** What the API says of itself, made from the declarations that were found. */
export function apiDescriptionOf(functions: readonly DiscoveredFunction[], version: string): ApiDescription {
  const http = [...ofKind(functions, 'endpoint'), ...ofKind(functions, 'stream')]
    .filter(({ declaration }) => !declaration.route.startsWith('ANY '))
    .toSorted((a, b) => a.declaration.route.localeCompare(b.declaration.route));
  let document: Readonly<Record<string, unknown>> | undefined;
  return {
    openapi: async () => (document ??= openapiDocument(http, version)),
    routes: async () => http.flatMap(({ declaration }) => routesOf(declaration)),
    docsAsset: readDocsAsset,
    consoleAsset: readConsoleAsset,
  };
}

/** Where GET answers a whole, HEAD answers its head; a stream is not begun for that. */
function routesOf({ kind, route }: Extract<Declaration, { kind: 'endpoint' | 'stream' }>) {
  const { method, path } = splitRoute(route);
  const own = { method, path };
  return kind === 'endpoint' && method === 'GET' ? [own, { method: 'HEAD', path }] : [own];
}
