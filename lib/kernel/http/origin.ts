import type { BaseSettings } from '../settings/settings.ts';

type Rules = Pick<BaseSettings, 'BASE_URL' | 'CORS_ORIGINS'>;

/** Data that anybody may read, and endpoints that take no credential of the platform's by themselves. */
const openPaths = /^\/(v0\.1|\.well-known)(\/|$)|^\/oauth\/(token|register|revoke)$/;

/** Whether pages of this origin may call: the platform's own, those that the operator named, and on one machine those of the same machine. */
export function isKnownOrigin(origin: string, { BASE_URL, CORS_ORIGINS }: Rules): boolean {
  const own = new URL(BASE_URL);
  if (origin === own.origin || CORS_ORIGINS.includes(origin)) return true;
  return isLoopback(own.hostname) && isLoopback(URL.parse(origin)?.hostname ?? '');
}

export function isLoopback(hostname: string): boolean {
  return (
    hostname === 'localhost' ||
    hostname.endsWith('.localhost') ||
    hostname === '[::1]' ||
    /^127(\.\d+){3}$/.test(hostname)
  );
}

/** The platform's address as the client has called it: on one machine under whichever of its names, because clients hold a resource to the address that they were given. */
export function calledBaseUrl(baseUrl: string, host: string | undefined): string {
  const own = new URL(baseUrl);
  const called = host === undefined ? null : URL.parse(`${own.protocol}//${host}`);
  const isSame = called && called.port === own.port && isLoopback(called.hostname) && isLoopback(own.hostname);
  return isSame ? `${own.protocol}//${called.host}${own.pathname.replace(/\/$/, '')}` : baseUrl;
}

/** The CORS headers of an answer: for anybody on public paths, without credentials; else for a known origin, with them; for others none. */
export function corsHeaders(path: string, origin: string | undefined, rules: Rules): Record<string, string> {
  if (openPaths.test(path)) return { 'access-control-allow-origin': '*', ...exposed };
  if (origin === undefined || !isKnownOrigin(origin, rules)) return { vary: 'Origin' };
  return {
    vary: 'Origin',
    'access-control-allow-origin': origin,
    'access-control-allow-credentials': 'true',
    ...exposed,
  };
}

const exposed = {
  'access-control-expose-headers':
    'X-Request-Id, ETag, Location, Retry-After, RateLimit, RateLimit-Policy, Idempotent-Replayed, WWW-Authenticate, Mcp-Session-Id, Mcp-Protocol-Version',
};
