import { createHash } from 'node:crypto';
import { invalidField, Problem } from '../../kernel/errors/problem.ts';
import type { UploadedFile } from '../../kernel/http/read-multipart.ts';
import { decodeText } from '../parse/decode-text.ts';
import { type MediaType, mediaTypes } from '../ports.ts';

/** What somebody sends for a document: its text, or a file whose text takes a job. */
export interface Source {
  readonly mediaType: MediaType;
  readonly digest: string;
  readonly bytes: number;
  readonly content?: string;
  readonly upload?: Uint8Array;
  /** From the file's name. */
  readonly title?: string;
}

const extensions: Readonly<Record<string, MediaType>> = {
  md: 'text/markdown',
  markdown: 'text/markdown',
  html: 'text/html',
  htm: 'text/html',
  pdf: 'application/pdf',
  txt: 'text/plain',
};

/**
 * @throws Problem `unsupported-media-type` for a file of another kind, `validation-error` for one that is empty or is not text as it says.
 */
export function readSource({
  content,
  file,
}: {
  readonly content?: string;
  readonly file?: UploadedFile;
}): Source | undefined {
  if (content !== undefined) return textSource(content, 'text/markdown');
  if (file === undefined) return undefined;
  const mediaType = mediaTypeOf(file);
  const title = titleOf(file.name);
  if (file.bytes.byteLength === 0) throw invalidField(['file'], 'The file is empty.', 'too_small');
  if (mediaType === 'text/markdown' || mediaType === 'text/plain') {
    const text = decodeText(file.bytes);
    if (!/\S/.test(text)) throw invalidField(['file'], 'The file holds no text.', 'too_small');
    return { ...textSource(text, mediaType), title };
  }
  if (mediaType === 'application/pdf' && !Buffer.from(file.bytes.subarray(0, 1024)).includes('%PDF-'))
    throw invalidField(['file'], 'The file is not a PDF.', 'invalid_format');
  return { mediaType, title, upload: file.bytes, bytes: file.bytes.byteLength, digest: digestOf(file.bytes) };
}

function textSource(content: string, mediaType: MediaType): Source {
  const bytes = Buffer.from(content, 'utf8');
  return { mediaType, content, bytes: bytes.length, digest: digestOf(bytes) };
}

function mediaTypeOf({ name, type }: UploadedFile): MediaType {
  const declared = mediaTypes.find((known) => known === type);
  const [, extension = ''] = /\.([a-z]{2,8})$/i.exec(name) ?? [];
  const byName = Object.hasOwn(extensions, extension.toLowerCase()) ? extensions[extension.toLowerCase()] : undefined;
  const isVague = type === '' || type === 'application/octet-stream' || type === 'text/plain';
  const found = isVague ? (byName ?? declared) : declared;
  if (found) return found;
  throw new Problem('unsupported-media-type', {
    detail: `Files of the type ${JSON.stringify(type.slice(0, 100))} are not read; send one of ${mediaTypes.join(', ')}.`,
  });
}

function titleOf(name: string): string {
  const base = name.split(/[/\\]/).at(-1) ?? '';
  const title = base
    .replace(/\.[a-z]{2,8}$/i, '')
    .replaceAll('\0', '')
    .toWellFormed()
    .trim()
    .slice(0, 500);
  return title === '' ? 'Untitled' : title;
}

function digestOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('base64url');
}
