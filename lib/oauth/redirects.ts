import { isLoopback } from '../kernel/http/origin.ts';

const maxLength = 2000;
/** Schemes that run or show something in the browser itself, or that are not an application's. */
const refused =
  /^(javascript|data|file|blob|vbscript|about|filesystem|view-source|chrome|chrome-extension|resource|jar|ws|wss|ftp|mailto|tel|intent|urn)$/;
const schemeShape = /^([a-z][a-z0-9+.-]*):/;

/**
 * Whether a client may name this address for the way back: https, http on loopback, or a private scheme of an application; in one spelling, without user info and
 * fragment (RFC 8252, RFC 9700).
 */
export function isRedirect(text: string): boolean {
  if (text.length > maxLength || !/^[\x21-\x7e]+$/.test(text) || /[\\#"<>^`{|}]/.test(text)) return false;
  const scheme = schemeShape.exec(text)?.[1];
  const url = scheme === undefined ? undefined : URL.parse(text);
  if (scheme === undefined || !url || refused.test(scheme)) return false;
  if (url.username !== '' || url.password !== '' || url.hash !== '') return false;
  if (scheme !== 'http' && scheme !== 'https') return text.length > scheme.length + 1;
  // `https:host`, `https:///host` and the like lead somewhere else than they seem to.
  if (!/^https?:\/\/[^/@?]+/.test(text) || text.includes('@')) return false;
  return scheme === 'https' || isLoopbackHost(url.hostname);
}

/** The same address, but that the port of a loopback address is free (RFC 8252, section 7.3), since an application takes the one that it gets. */
export function matchesRedirect(registered: string, asked: string): boolean {
  return isRedirect(asked) && isRedirect(registered) && withoutPort(registered) === withoutPort(asked);
}

/** What a person is shown of it: its host, or the scheme of an application. */
export function hostOfRedirect(text: string): string {
  const url = new URL(text);
  return /^https?:$/.test(url.protocol) ? url.host : url.protocol;
}

export function isLoopbackRedirect(text: string): boolean {
  const url = new URL(text);
  return url.protocol === 'http:' && isLoopbackHost(url.hostname);
}

/** As source of a Content-Security-Policy: browsers hold the redirect after a form to it. */
export function cspSourceOf(text: string): string {
  const url = new URL(text);
  return /^https?:$/.test(url.protocol) ? url.origin : url.protocol;
}

function isLoopbackHost(hostname: string): boolean {
  return isLoopback(hostname) && !hostname.endsWith('.localhost');
}

/** As it is written, because the way back is compared letter by letter. Plain HTTP is loopback. */
function withoutPort(text: string): string {
  return text.replace(/^(http:\/\/(?:\[[^\]]*\]|[^/:?]*))(?::\d{1,5})?(?=[/?]|$)/, '$1');
}
