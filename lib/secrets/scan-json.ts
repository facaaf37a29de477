import { moved, type Reading, type Scan, type Span } from './span.ts';

const member = /"((?:[^"\\]|\\.){1,200})"\s*:\s*"((?:[^"\\]|\\.)*)"/g;

/** The same in an object that is a text within another. */
const escapedMember = /\\"([^"\\]{1,200})\\"\s*:\s*\\"([^"\\]*)(?=\\")/g;

/**
 * The secrets among the members of an object that is written as a text. What is found is the text between the quotes as it was written, so that
 * putting the value back gives the same text.
 */
export function scanJson(text: string, reading: Reading, scan: Scan): Span[] {
  if (!/^\s*[[{]/.test(text)) return [];
  const pattern = /^\s*\[?\s*\{\s*\\"/.test(text) ? escapedMember : member;
  const quote = pattern === member ? 1 : 0;
  return [...text.matchAll(pattern)].flatMap(({ index, 0: all, 1: name = '', 2: value = '' }) => {
    const start = index + all.length - quote - value.length;
    return scan(value, { ...reading, name, depth: reading.depth + 1 }).map((span) =>
      moved({ name, isNamed: true, ...span }, start),
    );
  });
}
