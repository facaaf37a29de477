import { describe, expect, it } from 'vitest';
import { pdfiumReader } from '../../../lib/adapters/pdfium/read-pdf.ts';
import { Problem } from '../../../lib/kernel/errors/problem.ts';
import { decodeHtml, decodeText } from '../../../lib/knowledge/parse/decode-text.ts';
import { readHtml } from '../../../lib/knowledge/parse/read-html.ts';
import { splitPassages } from '../../../lib/knowledge/parse/split-passages.ts';
import { pdfOf } from '../../functions/knowledge/files.ts';
import { hostileMarkdown, hostilePages, hostilePdfs } from './hostile-files.ts';

const reader = pdfiumReader(undefined);

/** What became of a file: its text, or the refusal. Anything else that is thrown is a failure of ours. */
async function outcome(bytes: Uint8Array): Promise<string> {
  try {
    const { content } = await reader.read(bytes);
    return `${content.length} characters`;
  } catch (error) {
    if (error instanceof Problem && error.status === 422) return 'refused';
    throw error;
  }
}

function cpuOf(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

describe('hostile files', () => {
  it.each(Object.entries(hostilePdfs))('PDF: %s', { timeout: 40_000 }, async (_what, bytes) => {
    expect(await outcome(bytes)).toMatch(/^(refused|\d+ characters)$/);
    expect(process.memoryUsage.rss()).toBeLessThan(900_000_000);
    // The next one is read as if nothing had been.
    expect((await reader.read(Buffer.from(pdfOf('Still here'), 'latin1'))).content.trim()).toBe('Still here');
  });

  it.each(Object.entries(hostilePages))('HTML: %s', { timeout: 40_000 }, (_what, html) => {
    expect(cpuOf(() => splitPassages(readHtml(html).content))).toBeLessThan(6000);
  });

  it.each(Object.entries(hostileMarkdown))('Markdown: %s', { timeout: 40_000 }, (_what, text) => {
    const passages = splitPassages(text);
    expect(cpuOf(() => splitPassages(text))).toBeLessThan(3000);
    for (const { start, end, text: piece } of passages) expect(text.slice(start, end)).toBe(piece);
    expect(Math.max(0, ...passages.map(({ text: piece }) => piece.length))).toBeLessThan(8000);
  });

  it('in other encodings are read or refused, never read wrongly in silence', () => {
    expect(decodeText(Buffer.from('\ufeffx', 'utf16le'))).toBe('x');
    expect(decodeText(Buffer.from('\ufeffx', 'utf8'))).toBe('x');
    expect(() => decodeText(Uint8Array.of(0xfc))).toThrow(Problem);
    expect(() => decodeText(Buffer.from('a\0b'))).toThrow(Problem);
    expect(decodeHtml(Buffer.from('<meta charset="windows-1252"><p>\u00fc', 'latin1'))).toContain('ü');
    expect(decodeHtml(Buffer.from('<meta charset="nonsense"><p>x'))).toContain('x');
  });
});
