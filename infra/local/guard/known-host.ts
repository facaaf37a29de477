import type { IncomingMessage } from 'node:http';

/** Why a request is not served, for its sender. */
export interface Refusal {
  readonly status: 400 | 403;
  readonly detail: string;
}

export interface KnownNames {
  /** Where clients reach the platform, besides loopback names. */
  readonly baseUrl?: string | undefined;
  /** CORS_ORIGINS. */
  readonly origins?: readonly string[] | undefined;
}

/**
 * Keeps out web pages whose name was pointed at this machine (DNS rebinding): the Host of a request, and the authority of its absolute form, must
 * be a loopback name or BASE_URL's. HTTP/1.0 knows requests without a Host, and no browser can send one.
 */
export function refuseForeignHost(request: IncomingMessage, { baseUrl }: KnownNames = {}): Refusal | undefined {
  const { rawHeaders, url = '', headers } = request;
  if (rawHeaders.filter((name, index) => index % 2 === 0 && name.toLowerCase() === 'host').length > 1)
    return { status: 400, detail: 'The request has more than one Host.' };
  const own = baseUrl === undefined ? undefined : new URL(baseUrl).hostname;
  const absolute = /^https?:\/\/([^/?#]*)/i.exec(url)?.[1];
  for (const authority of [headers.host, absolute]) {
    if (authority === undefined || /^(?:localhost|127\.0\.0\.1)(?::\d+)?$/.test(authority)) continue;
    const name = URL.parse(`http://${authority}`)?.hostname ?? '';
    if (!isLoopback(name) && name !== own) return { status: 403, detail: 'This Host is not served here.' };
  }
  return undefined;
}

/** Pages of other sites may not call: the Origin must be a loopback name's, BASE_URL's or one of CORS_ORIGINS. */
export function refuseForeignOrigin(
  { headers }: Pick<IncomingMessage, 'headers'>,
  { baseUrl, origins = [] }: KnownNames,
): Refusal | undefined {
  const { origin } = headers;
  // The browser's own word; it goes with `Origin: null` where a page sends no referrer.
  if (origin === undefined || headers['sec-fetch-site'] === 'same-origin') return undefined;
  if (origins.includes(origin) || (baseUrl !== undefined && origin === new URL(baseUrl).origin)) return undefined;
  if (isLoopback(URL.parse(origin)?.hostname ?? '')) return undefined;
  return { status: 403, detail: 'This Origin may not call this platform; CORS_ORIGINS names those that may.' };
}

function isLoopback(hostname: string): boolean {
  return (
    hostname === 'localhost' ||
    hostname.endsWith('.localhost') ||
    hostname === '[::1]' ||
    /^127(\.\d+){3}$/.test(hostname)
  );
}
