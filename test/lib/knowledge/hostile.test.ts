import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { Problem } from '../../../lib/kernel/errors/problem.ts';
import { decodeHtml, decodeText } from '../../../lib/knowledge/parse/decode-text.ts';
import { splitPassages } from '../../../lib/knowledge/parse/split-passages.ts';
import { pdfOf } from '../../functions/knowledge/files.ts';
import { hostileMarkdown, hostilePages, hostilePdfs } from './hostile-files.ts';
import type { ReadFile } from './read-files.ts';

const program = fileURLToPath(new URL('read-files.ts', import.meta.url));

async function readInOneProcess(files: Readonly<Record<string, Uint8Array | string>>): Promise<ReadFile[]> {
  const folder = await mkdtemp(join(tmpdir(), 'hostile-'));
  try {
    for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content);
    const { stdout } = await promisify(execFile)(process.execPath, [program, folder]);
    return stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as ReadFile);
  } finally {
    await rm(folder, { recursive: true });
  }
}

const named = <T>(files: Readonly<Record<string, T>>, extension: string): [string, T][] =>
  Object.entries(files).map(([what, content]) => [`${what}.${extension}`, content]);

const mostMegabytes = 350;

/** Those that take most. */
const hungry = ['twenty million characters.pdf', 'two deflations of 200 MB.pdf', '200,000 elements deep.html'];

it('a process that reads a hostile file takes at most 350 MB', async () => {
  const files = [...named<Uint8Array | string>(hostilePdfs, 'pdf'), ...named(hostilePages, 'html')];
  for (const [name, content] of files.filter(([file]) => hungry.includes(file))) {
    // The least of three: on a busy machine garbage is collected late.
    let least = Infinity;
    for (let time = 0; time < 3 && least >= mostMegabytes; time += 1)
      least = Math.min(least, (await readInOneProcess({ [name]: content }))[0]?.megabytes ?? Infinity);
    expect(least, name).toBeLessThan(mostMegabytes);
  }
});

it('one process reads or refuses every hostile file within 3 s of CPU each, and reads good ones after them', async () => {
  const files = Object.fromEntries([
    ...named<Uint8Array | string>(hostilePdfs, 'pdf'),
    ...named(hostilePages, 'html'),
    ...named(hostileMarkdown, 'md'),
    ['zz.pdf', Buffer.from(pdfOf('Still here'), 'latin1')],
    ['zz.html', '<p>Still here'],
  ]);
  const read = await readInOneProcess(files);
  expect(read.map(({ name }) => name)).toEqual(Object.keys(files).toSorted());
  for (const { name, outcome, cpuMs } of read) {
    expect(outcome, name).toMatch(/^(refused: \S|\d+ passages: )/);
    expect(cpuMs, name).toBeLessThan(3000);
  }
  expect(read.slice(-2).map(({ outcome }) => outcome)).toEqual(['1 passages: Still here', '1 passages: Still here']);
  expect(read.at(-1)?.megabytes).toBeLessThan(700);
});

it.each(Object.entries(hostileMarkdown))(
  'passages of Markdown are where they say and not too long: %s',
  (_what, text) => {
    const passages = splitPassages(text);
    for (const { start, end, text: piece } of passages) expect(text.slice(start, end) === piece).toBe(true);
    expect(Math.max(0, ...passages.map(({ text: piece }) => piece.length))).toBeLessThan(8000);
  },
);

it('other encodings are read or refused, never read wrongly in silence', () => {
  expect(decodeText(Buffer.from('\ufeffx', 'utf16le'))).toBe('x');
  expect(decodeText(Buffer.from('\ufeffx', 'utf8'))).toBe('x');
  expect(() => decodeText(Uint8Array.of(0xfc))).toThrow(Problem);
  expect(() => decodeText(Buffer.from('a\0b'))).toThrow(Problem);
  expect(decodeHtml(Buffer.from('<meta charset="windows-1252"><p>\u00fc', 'latin1'))).toContain('ü');
  expect(decodeHtml(Buffer.from('<meta charset="nonsense"><p>x'))).toContain('x');
});
