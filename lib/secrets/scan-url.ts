import { kindOfName, plainName } from './secret-names.ts';
import { isGiven, isRandom, looksGiven } from './secret-values.ts';
import { moved, type Reading, type Scan, type Span } from './span.ts';

const url =
  /(?<![A-Za-z0-9])((?:jdbc:)?([a-z][a-z0-9+.-]{0,30}):(?:[a-z]{2,20}:)?)(?:\/\/|(?=[^\s/:@]+\/[^\s/@:]+@))([^\s"'<>`]{1,4096})/gi;
/** Parameters that carry a key at services which say so, whatever they are called. */
const keyParameter = /^(code|sig|signature|key|auth|appid|app_id|access|session|sid|hash|hapikey|apikey|t|k|s)$/;
const parameter = /(?<=[?&;#])([\w.\-[\]%]{1,60})=([^&;#\s]*)/g;
/** What follows these in a path is a credential, even if it is a UUID. */
const beforeCredential = /^(s|token|tokens|key|keys|secret|secrets|webhooks?|hooks?|auth)$/i;

/** Credentials in the addresses of a text: before the host, in the path, in parameters. */
export function scanUrls(text: string, reading: Reading, scan: Scan): Span[] {
  if (!text.includes(':')) return [];
  return [...text.matchAll(url)].flatMap(({ index, 0: all, 2: scheme = '', 3: rest = '' }) => {
    const at = index + all.length - rest.length;
    const [authority = ''] = /^[^/?#]*/.exec(rest) ?? [];
    // Oracle writes user/password@host.
    const owner = rest.lastIndexOf('@', Math.max(authority.length, /^[^/?#]*\/[^/?#@]*@/.exec(rest)?.[0].length ?? 0));
    return [
      ...(owner > 0 ? scanOwner(rest.slice(0, owner), scheme.toLowerCase()) : []),
      ...scanPath(rest, Math.max(authority.length, owner + 1), scheme, reading),
      ...scanParameters(rest, reading, scan),
    ].map((span) => moved(span, at));
  });
}

function scanOwner(owner: string, scheme: string): Span[] {
  const colon = owner.search(/[:/]/);
  if (colon >= 0) {
    const password = owner.slice(colon + 1);
    return isGiven(password) ? [{ start: colon + 1, end: owner.length, name: 'URL_PASSWORD', isNamed: true }] : [];
  }
  const isName = /^(git|user|anonymous|postgres|root|admin|guest|hg|svn)$/i.test(owner) || !isGiven(owner);
  const names = /^(https?|wss?)$/.test(scheme) ? !isName : isRandom(owner);
  return names ? [{ start: 0, end: owner.length, name: 'URL_TOKEN', isNamed: true }] : [];
}

function scanPath(rest: string, from: number, scheme: string, { use }: Reading): Span[] {
  if (use === 'prose' || !/^(https?|wss?|sse)$/i.test(scheme)) return [];
  const path = /^[^?#]*/.exec(rest.slice(from))?.[0] ?? '';
  const spans: Span[] = [];
  let before = '';
  let start = from;
  for (const segment of path.split('/')) {
    const value = segment.replace(/^bot(?=\d)/, '');
    const isCredential = beforeCredential.test(before) && value.length >= 16 && looksGiven(value);
    if (isCredential || isRandom(value))
      spans.push({
        start: start + segment.length - value.length,
        end: start + segment.length,
        name: 'URL_SECRET',
        isNamed: true,
      });
    before = segment;
    start += segment.length + 1;
  }
  return spans;
}

function scanParameters(rest: string, reading: Reading, scan: Scan): Span[] {
  return [...rest.matchAll(parameter)].flatMap(({ index, 0: all, 1: name = '', 2: value = '' }) => {
    const kind = kindOfName(name);
    const isSecret =
      (kind === 'secret' && isGiven(value)) ||
      ((kind === 'perhaps' || keyParameter.test(plainName(name))) && looksGiven(value) && /\d/.test(value));
    const start = index + all.length - value.length;
    if (isSecret) return [{ start, end: index + all.length, name, isNamed: true }];
    const inner = value.includes('%') ? scan(decoded(value), { ...reading, name, depth: reading.depth + 1 }) : [];
    const isFound = inner.length > 0 || (kind === 'plain' && reading.use === 'launch' && isRandom(value));
    return isFound ? [{ start, end: index + all.length, name, isNamed: true }] : [];
  });
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return '';
  }
}
