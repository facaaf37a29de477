import { knownSecrets } from '../kernel/log/secret-shapes.ts';
import { scanJson } from './scan-json.ts';
import { scanUrls } from './scan-url.ts';
import { scanWords, wordsOf } from './scan-words.ts';
import { kindOfName } from './secret-names.ts';
import { decodedText, isGiven, isMnemonic, isRandom, looksGiven, referenceMark } from './secret-values.ts';
import type { Reading, Span } from './span.ts';

const maxDepth = 6;
/** No issuer's token, no mnemonic, digest or scheme with its word is shorter. */
const shortestToken = 12;
/** A short word under a name that says nothing is not looked at any further. */
const isDull = /^[A-Za-z0-9_.-]{0,15}$/;
const authScheme =
  /^\s*(?:Bearer|Basic|Token|ApiKey|Api-Key|Key|SSWS|Digest|Negotiate|Bot|Splunk|GenieKey|AccessKey)\s+/i;
/** Two schemes are never words of prose before a word of this form. */
const bearer = /\b(?:Bearer|Basic)\s+([\w.~+/=-]{8,})/gi;
/** A digest says by which function it was made. */
const digest = /\b(?:sha(?:1|224|256|384|512)|md5)[:-][A-Za-z0-9+/=]{20,}/gi;
/** After these a commit follows. */
const commit =
  /(?<=@|#|\/(?:commits?|blob|raw|tree|archive|tarball|zipball)\/|[?&](?:ref|rev|commit|sha)=)[0-9a-f]{40}(?![0-9a-f])/gi;

/** The secrets of a text by the name of its place, by their form, and within whatever notation it is written in. */
export function scanText(text: string, reading: Reading): Span[] {
  const known = (text.length < shortestToken ? [] : knownSecrets(text)).map(({ name, start, value }) => ({
    name,
    start,
    end: start + value.length,
  }));
  return [...known, ...scanParts(text, reading, known.length > 0)];
}

function scanParts(text: string, reading: Reading, isKnown = false): Span[] {
  const { name, depth } = reading;
  const kind = kindOfName(name);
  if (text.length < 2 || depth > maxDepth || (kind === 'plain' && isDull.test(text))) return [];
  if (kind === 'secret' && isGiven(text)) return scanWhole(text);
  const isShort = text.length < shortestToken;
  if (!isShort && isMnemonic(text)) return [whole(text)];
  const plain = isShort ? text : text.replace(digest, blank).replace(commit, blank);
  const inner = [
    ...scanUrls(plain, reading, scanText),
    ...scanJson(plain, reading, scanParts),
    ...scanWords(plain, reading, scanParts),
    ...(isShort ? [] : scanBearer(plain, reading)),
  ];
  if (isKnown || inner.length > 0 || kind === 'public') return inner;
  return [...scanByLooks(plain, reading), ...(kind === 'perhaps' ? scanPerhaps(plain) : [])];
}

/** The whole text but for the word of an authentication scheme, or what stands between its references. */
function scanWhole(text: string): Span[] {
  const from = authScheme.exec(text)?.[0].length ?? 0;
  if (!isGiven(text.slice(from))) return [];
  if (!text.includes(referenceMark)) return [{ start: from, end: text.length }];
  return wordsOf(text.replaceAll(referenceMark, ' '), /[\s:;,&]+/g).filter(
    ({ start, end }) => start >= from && end - start >= 6 && isGiven(text.slice(start, end)),
  );
}

function scanByLooks(text: string, { use }: Reading): Span[] {
  if (text.length < shortestToken && !authScheme.test(text)) return [];
  const encoded = decodedText(text.replaceAll(/\s+/g, ''));
  if (encoded !== undefined && scanText(encoded, { name: undefined, use, depth: maxDepth - 2 }).length > 0)
    return [whole(text)];
  if (use === 'prose' || text.startsWith('data:')) return [];
  const from = authScheme.exec(text)?.[0].length ?? 0;
  const rest = text.slice(from);
  const isLongBase64 = /^[A-Za-z0-9+/\s]{256,}={0,2}\s*$/.test(rest) && /\d/.test(rest) && !/[a-z] [a-z]/.test(rest);
  const isCredential = from > 0 && looksGiven(rest);
  return isLongBase64 || isCredential || isRandom(rest) ? [{ start: from, end: text.length }] : [];
}

function scanPerhaps(text: string): Span[] {
  const from = authScheme.exec(text)?.[0].length ?? 0;
  return looksGiven(text.slice(from)) ? [{ start: from, end: text.length }] : [];
}

function scanBearer(text: string, { use }: Reading): Span[] {
  return [...text.matchAll(bearer)].flatMap(({ index, 0: all, 1: value = '' }) => {
    const isOne = use === 'launch' ? isGiven(value) : looksGiven(value) && /\d/.test(value);
    return isOne ? [{ start: index + all.length - value.length, end: index + all.length, name: 'TOKEN' }] : [];
  });
}

function blank(found: string): string {
  return ' '.repeat(found.length);
}

function whole(text: string): Span {
  return { start: 0, end: text.length };
}
