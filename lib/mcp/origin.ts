import type { RequestFacts } from '../kernel/lambda/declaration.ts';
import { isKnownOrigin, isLoopback } from '../kernel/http/origin.ts';
import { Problem } from '../kernel/errors/problem.ts';
import type { BaseSettings } from '../kernel/settings/settings.ts';

/**
 * Keeps pages of other sites out, as MCP's transport demands against DNS rebinding. A platform on this machine is asked under a loopback name alone;
 * on AWS no other name leads to it.
 * @throws Problem `forbidden`.
 */
export function assertKnownOrigin({ headers }: RequestFacts, settings: BaseSettings): void {
  const { origin, host } = headers;
  const isLocal = isLoopback(new URL(settings.BASE_URL).hostname);
  if (isLocal && host !== undefined && !isLoopback(URL.parse(`http://${host}`)?.hostname ?? ''))
    throw new Problem('forbidden', { detail: 'This Host is not served here.' });
  if (origin !== undefined && !isKnownOrigin(origin, settings))
    throw new Problem('forbidden', { detail: 'This Origin may not call MCP servers.' });
}
