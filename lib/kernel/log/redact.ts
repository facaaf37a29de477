import { createLRU } from 'lru.min';
import { ownTokens, replaceKnownSecrets } from './secret-shapes.ts';

const secretName =
  /^(.*[_-])?(authorization|cookie|set-cookie|password|passwd|secret|token|api[_-]?key|x-api-key|private[_-]?key|credentials?|jwt)$/i;

/** The same few names stand in every line. */
const judged = createLRU<string, boolean>({ max: 1_000 });

/** `accessToken` is named as `access_token` is. */
function isSecretName(name: string): boolean {
  const known = judged.get(name) ?? secretName.test(name.replace(/([a-z0-9])([A-Z])/g, '$1_$2'));
  judged.set(name, known);
  return known;
}

/** Most of what a line holds, and surely no credential: something very short, a UUID, a moment. */
const harmless = /^(?:.{0,6}|[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}|\d{4}-\d\d-\d\dT[\d:.]{8,12}Z)$/s;

const secretShapes: readonly [RegExp, string][] = [
  [new RegExp(`\\b(${ownTokens})[A-Za-z0-9_-]{8,}`, 'g'), '$1[redacted]'],
  [/eyJ[A-Za-z0-9_-]{5,}\.[A-Za-z0-9_-]{5,}(\.[A-Za-z0-9_-]*){1,3}/g, '[redacted jwt]'],
  [/\b(Bearer|Basic)\s+[A-Za-z0-9._~+/=-]{8,}/gi, '$1 [redacted]'],
  [/\b([a-z][a-z0-9+.-]{0,30}:\/\/)[^\s/@:]{0,256}:[^\s/@]{1,1024}@/gi, '$1[redacted]@'],
  [/\b(gh[pousr]_[A-Za-z0-9]{16,}|github_pat_\w{16,}|sk-[A-Za-z0-9_-]{16,}|AKIA[A-Z0-9]{16})/g, '[redacted]'],
];

/** Characters of a text in a log. */
const longestText = 4096;

/** A text in which nothing that looks like a credential is left. */
export function redactText(text: string): string {
  if (harmless.test(text)) return text;
  return replaceKnownSecrets(
    secretShapes.reduce((safe, [shape, replacement]) => safe.replace(shape, replacement), text),
    '[redacted]',
  );
}

/** A copy fit for a log: members named like a secret and texts shaped like one are replaced, errors are spelled out. */
export function redact(value: unknown, depth = 0): unknown {
  if (typeof value === 'string') return shortened(redactText(value));
  if (typeof value !== 'object' || value === null) return typeof value === 'bigint' ? value.toString() : value;
  if (depth > 6) return '[deeper]';
  if (value instanceof Date) return value;
  if (value instanceof Error) return redactError(value, depth);
  if (Array.isArray(value)) return value.map((item) => redact(item, depth + 1));
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [
      name,
      isSecretName(name) ? '[redacted]' : redact(member, depth + 1),
    ]),
  );
}

/** Somebody else's text may be of any length; a log line may not. */
function shortened(text: string): string {
  return text.length <= longestText ? text : `${text.slice(0, longestText)}… (${text.length} characters)`;
}

function redactError(error: Error, depth: number): Record<string, unknown> {
  return {
    name: error.name,
    message: shortened(redactText(error.message)),
    ...('code' in error && { code: String(error.code) }),
    stack: shortened(redactText(error.stack ?? '')),
    ...(error.cause !== undefined && { cause: redact(error.cause, depth + 1) }),
  };
}
