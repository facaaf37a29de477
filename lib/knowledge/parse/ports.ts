import type { ParsedText } from './read-html.ts';

export interface PdfReader {
  /** The text of a PDF. @throws Problem `validation-error` when it is encrypted, broken, or more than a file may cost. */
  read(bytes: Uint8Array): Promise<ParsedText>;
}
