import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import type { RequestFacts } from '../lambda/declaration.ts';
import type { Answer } from './request-context.ts';

/** Below this the envelope and the time to unpack cost more than the bytes that are saved. */
const worthCompressing = 2048;
const compressible = /^(text\/|image\/svg|application\/([\w.+-]*\+)?(json|javascript|xml)\b)/;

/**
 * The answer in the form that this client wants: 304 when it has it already (RFC 9110, section 13), packed when that pays. What is not to be
 * stored is not packed either: compressed, a secret beside a text of somebody else's choice shows in the length.
 */
export async function represent(facts: RequestFacts, answer: Answer): Promise<Answer> {
  if (answer.headers['cache-control'] === 'no-store') return answer;
  const tagged = facts.method === 'GET' || facts.method === 'HEAD' ? withEtag(answer) : answer;
  if (isKnown(facts.headers['if-none-match'], tagged)) return notModified(tagged);
  return compressed(facts.headers['accept-encoding'] ?? '', tagged);
}

function withEtag(answer: Answer): Answer {
  const { statusCode, headers, body } = answer;
  if (statusCode !== 200 || headers['etag'] !== undefined || !isWhole(body)) return answer;
  const digest = createHash('sha256').update(body).digest('base64url').slice(0, 22);
  return { ...answer, headers: { ...headers, etag: `W/"${digest}"` } };
}

/** Weak comparison, as If-None-Match takes it. */
function isKnown(ifNoneMatch: string | undefined, { statusCode, headers }: Answer): boolean {
  const etag = headers['etag'];
  if (ifNoneMatch === undefined || etag === undefined || statusCode !== 200) return false;
  const tags = new Set(ifNoneMatch.split(',').map((tag) => tag.trim().replace(/^W\//, '')));
  return tags.has('*') || tags.has(etag.replace(/^W\//, ''));
}

function notModified({ headers }: Answer): Answer {
  const { 'content-type': _type, ...rest } = headers;
  return { statusCode: 304, headers: rest, body: '' };
}

async function compressed(accepted: string, answer: Answer): Promise<Answer> {
  const { headers, body } = answer;
  if (!isWhole(body) || body.length < worthCompressing || headers['content-encoding'] !== undefined) return answer;
  if (!compressible.test(headers['content-type'] ?? '')) return answer;
  const vary = { ...headers, vary: [headers['vary'], 'Accept-Encoding'].filter(Boolean).join(', ') };
  if (!takesGzip(accepted)) return { ...answer, headers: vary };
  const { gzip } = await import('node:zlib');
  // Level 3 takes half the time of 6, and a fiftieth more bytes.
  const packed = await promisify(gzip)(body, { level: 3 });
  return { ...answer, headers: { ...vary, 'content-encoding': 'gzip' }, body: packed };
}

function takesGzip(accepted: string): boolean {
  return accepted.split(',').some((coding) => /^\s*(gzip|\*)\s*(;\s*q=(?!0(\.0*)?\s*$).*)?$/i.test(coding));
}

function isWhole(body: Answer['body']): body is string | Uint8Array {
  return typeof body === 'string' || body instanceof Uint8Array;
}
