import { isLoopback } from '../kernel/http/origin.ts';
import type { BaseSettings } from '../kernel/settings/settings.ts';
import { OAuthError } from './reply.ts';

const endpoint = /^\/mcp(\/[a-z0-9]+(-[a-z0-9]+)*)?\/v1$/;
const maxLength = 600;

/**
 * The MCP endpoint that a client wants to reach (RFC 8707), as tokens name it: with or without a trailing slash, and on one machine under any of its names. Without
 * one, or by the address of the platform itself, it is the endpoint of all tools.
 * @throws OAuthError `invalid_target`.
 */
export function readResource({ BASE_URL }: Pick<BaseSettings, 'BASE_URL'>, text: string | undefined): string {
  if (text === undefined || text === '') return `${BASE_URL}/mcp/v1`;
  const url = text.length > maxLength || text.includes('#') ? null : URL.parse(text);
  const own = new URL(BASE_URL);
  const isOurs = url && url.search === '' && url.username === '' && url.password === '' && isSameHost(url, own);
  const base = own.pathname.replace(/\/$/, '');
  const path = isOurs && url.pathname.startsWith(base) ? url.pathname.slice(base.length).replace(/\/$/, '') : undefined;
  if (path === '') return `${BASE_URL}/mcp/v1`;
  if (path === undefined || !endpoint.test(path))
    throw new OAuthError('invalid_target', 'resource names no MCP endpoint of this platform.');
  return `${BASE_URL}${path}`;
}

function isSameHost(url: URL, own: URL): boolean {
  if (url.origin === own.origin) return true;
  return isLoopback(url.hostname) && isLoopback(own.hostname) && url.port === own.port && url.protocol === own.protocol;
}

const known = ['mcp:call', 'offline_access'];

/** The scopes that can be given, of those that were asked for. @throws OAuthError `invalid_scope` when nothing would be allowed. */
export function readScope(text: string | undefined): string {
  const asked = text === undefined || text.trim() === '' ? ['mcp:call'] : text.trim().split(/ +/);
  const given = known.filter((scope) => asked.includes(scope));
  if (!given.includes('mcp:call'))
    throw new OAuthError('invalid_scope', 'The scope is mcp:call, with offline_access beside it.');
  return given.join(' ');
}
