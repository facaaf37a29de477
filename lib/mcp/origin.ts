import type { RequestFacts } from '../kernel/lambda/declaration.ts';
import { Problem } from '../kernel/errors/problem.ts';
import type { BaseSettings } from '../kernel/settings/settings.ts';

/**
 * Keeps pages of other sites out, as MCP's transport demands against DNS rebinding. A platform on this machine is asked under a loopback name alone;
 * on AWS no other name leads to it.
 * @throws Problem `forbidden`.
 */
export function assertKnownOrigin({ headers }: RequestFacts, { BASE_URL, CORS_ORIGINS }: BaseSettings): void {
  const local = isLoopback(new URL(BASE_URL).hostname);
  const { origin, host } = headers;
  if (local && host !== undefined && !isLoopback(URL.parse(`http://${host}`)?.hostname ?? ''))
    throw new Problem('forbidden', { detail: 'This Host is not served here.' });
  if (origin === undefined || origin === new URL(BASE_URL).origin || CORS_ORIGINS.includes(origin)) return;
  if (local && isLoopback(URL.parse(origin)?.hostname ?? '')) return;
  throw new Problem('forbidden', { detail: 'This Origin may not call MCP servers.' });
}

function isLoopback(hostname: string): boolean {
  return (
    hostname === 'localhost' ||
    hostname.endsWith('.localhost') ||
    hostname === '[::1]' ||
    /^127(\.\d+){3}$/.test(hostname)
  );
}
