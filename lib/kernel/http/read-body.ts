import type { HttpEvent } from './gateway-event.ts';
import { Problem } from '../errors/problem.ts';
import { whereJsonBreaks } from './json-position.ts';
import { refuseBadText } from './refuse-bad-text.ts';

/** JSON and text bodies ≤ 1 MB, where the declaration says nothing else. */
const defaultMaxBytes = 1_000_000;

type Headers = Readonly<Record<string, string>>;

/**
 * The JSON body.
 * @throws Problem 413 above 1 MB, 415 for another content type or a compressed body, 400 when it is empty, not UTF-8 or not JSON (with line and
 * column), 422 when a text in it is not well-formed.
 */
export function readJsonBody(event: HttpEvent, headers: Headers): unknown {
  const raw = readBytes(event, headers);
  if (raw.byteLength === 0)
    throw new Problem('invalid-request', { detail: 'The body is empty; a JSON object is expected.' });
  if (!/^application\/(json|[\w.+-]+\+json)\s*(;|$)/i.test(headers['content-type'] ?? '')) {
    throw new Problem('unsupported-media-type', { detail: 'Send the body as Content-Type: application/json.' });
  }
  const text = decode(raw);
  const value = parse(text);
  // Only an escape brings such text into JSON that is valid UTF-8.
  if (text.includes('\\u')) refuseBadText('body', value);
  return value;
}

/**
 * The body as text.
 * @throws Problem 413 above `maxBytes`, 415 for a compressed body, 400 when it is not UTF-8.
 */
export function readTextBody(event: HttpEvent, headers: Headers, maxBytes = defaultMaxBytes): string {
  const { body, isBase64Encoded } = event;
  if (isBase64Encoded || body === null || headers['content-encoding'] !== undefined)
    return decode(readBytes(event, headers, maxBytes));
  // What came as text was UTF-8.
  const bytes = Buffer.byteLength(body);
  if (bytes > maxBytes) throw tooLarge(bytes, maxBytes);
  // As a decoder of bytes does, it leaves out the byte order mark.
  return body.replace(/^\uFEFF/, '').toWellFormed();
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The parser's own message quotes the body.
    const { line, column } = whereJsonBreaks(text);
    throw new Problem('invalid-request', {
      detail: `The body is not valid JSON: line ${line}, column ${column}.`,
      extra: { line, column },
    });
  }
}

function decode(raw: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(raw);
  } catch {
    throw new Problem('invalid-request', { detail: 'The body is not UTF-8.' });
  }
}

/** The body as it was sent. @throws Problem 413 above `maxBytes`, 415 for a compressed body. */
export function readBytes({ body, isBase64Encoded }: HttpEvent, headers: Headers, maxBytes = defaultMaxBytes): Buffer {
  const coding = headers['content-encoding'] ?? '';
  if (!/^(identity)?$/i.test(coding.trim())) {
    throw new Problem('unsupported-media-type', {
      detail: 'Send the body without Content-Encoding; compressed bodies are not read.',
      headers: { 'accept-encoding': 'identity' },
    });
  }
  const raw = Buffer.from(body ?? '', isBase64Encoded ? 'base64' : 'utf8');
  if (raw.byteLength > maxBytes) throw tooLarge(raw.byteLength, maxBytes);
  return raw;
}

/** 413 in one wording. */
function tooLarge(bytes: number, limit: number): Problem {
  const number = new Intl.NumberFormat('en-US');
  return new Problem('payload-too-large', {
    detail: `The body is ${number.format(bytes)} bytes; the limit is ${number.format(limit)}.`,
  });
}
