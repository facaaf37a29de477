import { invalidField } from '../../kernel/errors/problem.ts';

/**
 * A text file's characters: by its byte order mark, else UTF-8.
 * @throws Problem `validation-error` naming `file` when the bytes are in another encoding or hold what is no text.
 */
export function decodeText(bytes: Uint8Array): string {
  const encoding =
    bytes[0] === 0xff && bytes[1] === 0xfe ? 'utf-16le' : bytes[0] === 0xfe && bytes[1] === 0xff ? 'utf-16be' : 'utf-8';
  let text: string;
  try {
    text = new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch {
    throw invalidField(['file'], 'The file is not UTF-8 text (nor UTF-16 with a byte order mark).', 'encoding');
  }
  if (text.includes('\0'))
    throw invalidField(['file'], 'The file holds the character NUL; it is not text.', 'malformed_text');
  return text;
}

/** An HTML file's characters: by its byte order mark, or the encoding that it declares in its first kilobyte, else UTF-8. Never fails: a browser would show something too. */
export function decodeHtml(bytes: Uint8Array): string {
  const head = Buffer.from(bytes.subarray(0, 1024)).toString('latin1');
  const declared = /<meta[^>]{0,200}charset\s*=\s*["']?\s*([\w-]{2,40})/i.exec(head)?.[1];
  const encoding =
    bytes[0] === 0xff && bytes[1] === 0xfe
      ? 'utf-16le'
      : bytes[0] === 0xfe && bytes[1] === 0xff
        ? 'utf-16be'
        : (declared ?? 'utf-8');
  return decoderFor(encoding).decode(bytes).replaceAll('\0', '').toWellFormed();
}

function decoderFor(encoding: string): InstanceType<typeof TextDecoder> {
  try {
    return new TextDecoder(encoding);
  } catch {
    // The page names an encoding that there is none of.
    return new TextDecoder('utf-8');
  }
}
