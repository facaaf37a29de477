import type * as z from 'zod';
import type { HttpEvent } from './gateway-event.ts';
import { type FieldError, invalid, pointer, Problem } from '../errors/problem.ts';

/** JSON bodies ≤ 1 MB. */
const maxJsonBytes = 1_000_000;

type Where = 'body' | 'query' | 'path';

/** Parses one part of the request; @throws Problem `validation-error` that names every bad field. */
export function parsePart<S extends z.ZodType>(where: Where, schema: S, value: unknown): z.output<S> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw invalid(parsed.error.issues.flatMap((issue) => fieldErrors(where, issue)).slice(0, 100));
}

function fieldErrors(where: Where, issue: z.core.$ZodIssue): FieldError[] {
  const path = issue.path.map((part) => (typeof part === 'symbol' ? String(part) : part));
  const paths = issue.code === 'unrecognized_keys' ? issue.keys.map((key) => [...path, key]) : [path];
  const [msg, type] = tell(issue);
  return paths.map((at) => ({ loc: [where, ...at], pointer: pointer(at), msg, type }));
}

function tell({ code, message }: z.core.$ZodIssue): [msg: string, type: string] {
  if (code === 'unrecognized_keys') return ['Unknown field', code];
  if (code === 'invalid_type' && message.endsWith('received undefined')) return ['Field required', 'missing'];
  return [message, code];
}

/** The query as zod takes it: a single value as a string, a repeated one as a list. */
export function readQuery(event: HttpEvent): Record<string, string | readonly string[]> {
  const query: Record<string, string | readonly string[]> = {};
  for (const [name, values] of Object.entries(event.multiValueQueryStringParameters ?? {})) {
    if (values !== undefined && values[0] !== undefined) query[name] = values.length === 1 ? values[0] : values;
  }
  return query;
}

/**
 * The JSON body.
 * @throws Problem 413 above 1 MB, 415 for another content type, 400 when it is empty, not UTF-8 or not JSON.
 */
export function readJsonBody(event: HttpEvent, contentType: string | undefined): unknown {
  const raw = readBytes(event);
  if (raw.byteLength === 0)
    throw new Problem('invalid-request', { detail: 'The body is empty; a JSON object is expected.' });
  if (!/^application\/(json|[\w.+-]+\+json)\s*(;|$)/i.test(contentType ?? '')) {
    throw new Problem('unsupported-media-type', { detail: 'Send the body as Content-Type: application/json.' });
  }
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(raw));
  } catch (cause) {
    throw new Problem('invalid-request', { detail: 'The body is not valid JSON.', cause });
  }
}

/**
 * The body as text.
 * @throws Problem 413 above 1 MB, 400 when it is not UTF-8.
 */
export function readTextBody(event: HttpEvent): string {
  const raw = readBytes(event);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(raw);
  } catch (cause) {
    throw new Problem('invalid-request', { detail: 'The body is not UTF-8.', cause });
  }
}

function readBytes({ body, isBase64Encoded }: HttpEvent): Buffer {
  const raw = Buffer.from(body ?? '', isBase64Encoded ? 'base64' : 'utf8');
  if (raw.byteLength <= maxJsonBytes) return raw;
  throw new Problem('payload-too-large', {
    detail: `The body has ${raw.byteLength} bytes; at most ${maxJsonBytes} are taken.`,
  });
}
