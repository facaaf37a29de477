import type { UpstreamAnswer } from '../upstream/ports.ts';

/** What a server says when it wants OAuth (RFC 6750, RFC 9728). */
export interface Challenge {
  readonly resourceMetadata: string | undefined;
  readonly scope: string | undefined;
}

const maxScope = 500;

/**
 * Whether an answer asks for an account. A server that was deployed with credentials of its own is believed only when it names its metadata, or else its refusal
 * is about those.
 */
export function readChallenge(
  { status, headers }: Pick<UpstreamAnswer, 'status' | 'headers'>,
  deployed: Readonly<Record<string, string>>,
): Challenge | undefined {
  const names = Object.keys(deployed).map((name) => name.toLowerCase());
  if (names.includes('authorization')) return undefined;
  const text = headers['www-authenticate'] ?? '';
  const challenge = { resourceMetadata: parameter(text, 'resource_metadata'), scope: scopeOf(text) };
  if (status === 403) return parameter(text, 'error') === 'insufficient_scope' ? challenge : undefined;
  if (status !== 401 || (text !== '' && !/\bbearer\b/i.test(text))) return undefined;
  return challenge.resourceMetadata !== undefined || names.length === 0 ? challenge : undefined;
}

function scopeOf(text: string): string | undefined {
  const scope = parameter(text, 'scope');
  return scope !== undefined && isScope(scope) ? scope : undefined;
}

/** Scope tokens separated by single spaces (RFC 6749, section 3.3). */
export function isScope(text: string): boolean {
  return text.length <= maxScope && /^[\x21\x23-\x5b\x5d-\x7e]+( [\x21\x23-\x5b\x5d-\x7e]+)*$/.test(text);
}

function parameter(text: string, name: string): string | undefined {
  const found = new RegExp(`\\b${name}=(?:"([^"]*)"|([^\\s,"]+))`, 'i').exec(text.slice(0, 4000));
  return found?.[1] ?? found?.[2];
}
