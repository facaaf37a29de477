import type { HttpEvent } from './gateway-event.ts';
import { Problem } from '../errors/problem.ts';
import { readBytes } from './read-body.ts';
import { refuseBadText } from './refuse-bad-text.ts';

/** API Gateway's 6 MB hold a body in Base64 and the rest of its event. */
const maxMultipartBytes = 4_000_000;

/** A file of a form. */
export interface UploadedFile {
  readonly name: string;
  /** As the client says it, without parameters, in lower case. */
  readonly type: string;
  readonly bytes: Uint8Array;
}

export function isMultipart(headers: Readonly<Record<string, string>>): boolean {
  return /^multipart\/form-data\s*(;|$)/i.test(headers['content-type'] ?? '');
}

/**
 * The members of a form: fields as text, files as {@link UploadedFile}, what comes twice as a list.
 * @throws Problem 413 above 4 MB, 415 for a compressed body, 400 for a form that cannot be read, 422 when a text is not well-formed.
 */
export async function readMultipart(
  event: HttpEvent,
  headers: Readonly<Record<string, string>>,
): Promise<Record<string, unknown>> {
  const raw = readBytes(event, headers, maxMultipartBytes);
  const form = await parse(raw, headers['content-type'] ?? '');
  const members = new Map<string, unknown>();
  for (const [name, value] of form) {
    const member = typeof value === 'string' ? value : await fileOf(value);
    const known = members.get(name);
    members.set(
      name,
      known === undefined ? member : Array.isArray(known) ? [...(known as unknown[]), member] : [known, member],
    );
  }
  const fields = Object.fromEntries([...members].filter(([, value]) => typeof value === 'string'));
  refuseBadText('body', fields);
  return Object.fromEntries(members);
}

async function parse(raw: Buffer, contentType: string): Promise<FormData> {
  try {
    return await new Response(new Uint8Array(raw), { headers: { 'content-type': contentType } }).formData();
  } catch {
    throw new Problem('invalid-request', { detail: 'The body is not a valid multipart/form-data form.' });
  }
}

async function fileOf(file: File): Promise<UploadedFile> {
  const [type = ''] = file.type.split(';');
  return { name: file.name, type: type.trim().toLowerCase(), bytes: new Uint8Array(await file.arrayBuffer()) };
}
