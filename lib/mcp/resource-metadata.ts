import type * as z from 'zod';
import { calledBaseUrl } from '../kernel/http/origin.ts';
import type { RequestFacts } from '../kernel/lambda/declaration.ts';
import type { BaseSettings } from '../kernel/settings/settings.ts';
import type { ResourceMetadata } from './schema.ts';

/** What a client may know before it has a credential: the same for every slug, deployed or not. */
export function resourceMetadata(
  { settings: { BASE_URL } }: { readonly settings: BaseSettings },
  { headers }: Pick<RequestFacts, 'headers'>,
  /** Of one server's endpoint, or of that of all. Without it: of the platform itself. */
  endpoint?: { readonly path: string; readonly name: string },
): z.output<typeof ResourceMetadata> {
  const base = calledBaseUrl(BASE_URL, headers['host']);
  return {
    resource: `${base}${endpoint?.path ?? ''}`,
    resource_name: endpoint?.name ?? 'MCP Platform',
    authorization_servers: [BASE_URL],
    bearer_methods_supported: ['header'],
    scopes_supported: ['mcp:call'],
    resource_documentation: `${BASE_URL}/api/docs`,
  };
}

/** The path of the server that a request is about, without what it asks of it. */
export function serverPath(path: string): string {
  return path.replace(/^(\/mcp\/[^/]+\/v1).*$/, '$1');
}
