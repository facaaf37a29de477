import { kindOfName } from './secret-names.ts';
import { isGiven, looksGiven } from './secret-values.ts';
import { moved, type Reading, type Scan, type Span } from './span.ts';

/* What is made of several words or pairs: command lines, `k=v;k=v`, cookies, forms, `.env` and netrc files, headers. */

const assignment = /^\s*(?:\/\/[^\s=]{0,200}:|\$(?:env:)?)?(-{0,2}[A-Za-z_][\w .-]{0,80}?)\s*=\s*(\S[\s\S]*)$/;
const header = /^\s*([A-Za-z_][\w-]{1,80}):\s*(?!\/\/)(\S[\s\S]*)$/;
const flag = /^-{1,2}[A-Za-z][\w.-]*$/;
const takesLogin = /^(-u|--user|--userpwd|--proxy-user|--login|--creds?)$/;

/** The secrets in the parts of a text, each by the name before it. */
export function scanWords(text: string, reading: Reading, scan: Scan): Span[] {
  const pair = assignment.exec(text) ?? header.exec(text);
  const isNetrc = /\b(machine|default)\s/.test(text) && /\b(login|password)\s/.test(text);
  // Words of letters alone hold nothing that a name or a flag could announce.
  if (!isNetrc && /^[\p{L}\s.,()!?]*$/u.test(text)) return [];
  for (const separator of [...(isNetrc ? [] : [/\n+/g]), /;+/g, ...(pair && /[&,]/.test(text) ? [/&+/g, /,+/g] : [])]) {
    const parts = wordsOf(text, separator);
    const isList =
      separator.source === '\\n+' || parts.every(({ start, end }) => /[=:\s]/.test(text.slice(start, end)));
    if (parts.length > 1 && isList)
      return parts.flatMap((part) => scanPart(text, part, { ...reading, name: undefined }, scan));
  }
  if (pair) {
    const [, name = '', value = ''] = pair;
    const start = text.length - value.length;
    const isPair = reading.use === 'launch' || (looksGiven(value) && /\d/.test(value));
    if (isPair) {
      const found = scanPart(text, unquoted(text, start), { ...reading, name: name.trim() }, scan);
      if (found.length > 0) return found;
    }
  }
  const words = wordsOf(text, /\s+/g, true);
  return words.length < 2
    ? []
    : scanList(
        words.map(({ start, end }) => text.slice(start, end)),
        reading,
        scan,
      ).flatMap((spans, index) => spans.map((span) => moved(span, words[index]?.start ?? 0)));
}

/** The secrets of each argument of a command line; an argument belongs to the flag before it. */
export function scanList(words: readonly string[], { use, depth }: Reading, scan: Scan): Span[][] {
  const isNetrc = words.includes('machine') || words.includes('login');
  const logsIn = words.some((word) => takesLogin.test(word));
  return words.map((word, index) => {
    const before = words[index - 1] ?? '';
    if (takesLogin.test(before)) return scanLogin(word);
    if (logsIn && /^-p[^\s=\d/.][^\s:/]{3,}$|^-p(?=\D*\d)(?=.*[A-Za-z])[^\s:/]{4,}$/.test(word))
      return isGiven(word.slice(2)) ? [{ start: 2, end: word.length, name: 'PASSWORD', isNamed: true }] : [];
    const isNamed = flag.test(before) || (isNetrc && /^(password|passwd|account)$/.test(before));
    const name = authOfTool(before, words[index - 2]) ?? (isNamed && !flag.test(word) ? before : undefined);
    if (
      name !== undefined &&
      use === 'prose' &&
      kindOfName(name) === 'secret' &&
      !(looksGiven(word) && /\d/.test(word))
    )
      return [];
    return scan(word, { name, use, depth: depth + 1 }).map((span) =>
      depth > 0 && span.name === undefined && name !== undefined ? { ...span, name, isNamed: true } : span,
    );
  });
}

/** `-a` of redis-cli and `-p` of sshpass take a password. */
function authOfTool(before: string, tool = ''): string | undefined {
  return (before === '-a' && tool.endsWith('redis-cli')) || (before === '-p' && tool.endsWith('sshpass'))
    ? 'password'
    : undefined;
}

/** `user:password`; `1000:1000` is a user and a group. */
function scanLogin(word: string): Span[] {
  const colon = word.indexOf(':');
  const password = word.slice(colon + 1);
  const isLogin = colon >= 0 && !/^\d+:\d+$/.test(word) && !/^[a-z]+:\/\//i.test(word) && isGiven(password);
  return isLogin ? [{ start: colon + 1, end: word.length, name: 'PASSWORD', isNamed: true }] : [];
}

function scanPart(text: string, { start, end }: Span, reading: Reading, scan: Scan): Span[] {
  const { name } = reading;
  return scan(text.slice(start, end), { ...reading, depth: reading.depth + 1 }).map((span) =>
    moved(name !== undefined && span.name === undefined ? { ...span, name, isNamed: true } : span, start),
  );
}

function unquoted(text: string, start: number): Span {
  const isQuoted = /^(["'])[\s\S]*\1$/.test(text.slice(start));
  return isQuoted ? { start: start + 1, end: text.length - 1 } : { start, end: text.length };
}

/** What stands between separators, without the quotes around it; with `quoted` a separator between quotes separates nothing. */
export function wordsOf(text: string, separator: RegExp, quoted = false): Span[] {
  const parts: Span[] = [];
  if (quoted) {
    for (const { index, 0: word } of text.matchAll(
      /(?:[^\s"'<{]|"(?:[^"\\]|\\.)*"|'[^']*'|<[^<>]{0,80}>|\{[^{}]{0,80}\}|["'<{])+/g,
    ))
      parts.push({ start: index, end: index + word.length });
  } else {
    let start = 0;
    for (const { index, 0: found } of text.matchAll(separator)) {
      parts.push({ start, end: index });
      start = index + found.length;
    }
    parts.push({ start, end: text.length });
  }
  return parts.map((part) => trimmed(text, part)).filter(({ start, end }) => end > start);
}

/** Without blanks, and without quotes that open and close it. */
function trimmed(text: string, { start, end }: Span): Span {
  while (start < end && /\s/.test(text.charAt(start))) start += 1;
  while (end > start && /\s/.test(text.charAt(end - 1))) end -= 1;
  const quote = text.charAt(start);
  const isQuoted = end - start > 1 && (quote === '"' || quote === "'") && text.charAt(end - 1) === quote;
  return isQuoted ? { start: start + 1, end: end - 1 } : { start, end };
}
