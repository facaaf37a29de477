import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import project from '../package.json' with { type: 'json' };

const root = join(import.meta.dirname, '..');
const documents = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '*.md'], {
  cwd: root,
  encoding: 'utf8',
})
  .split('\n')
  .filter(Boolean);

/** A heading's anchor, as GitHub makes it. */
function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[`*_]/g, '')
    .replace(/[^\p{L}\p{N} -]/gu, '')
    .replaceAll(' ', '-');
}

function anchorsIn(text: string): Set<string> {
  return new Set([...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => anchorOf(heading)));
}

/** Links of a document that lead nowhere. */
function brokenLinks(file: string, text: string, read: (path: string) => string | undefined): string[] {
  return [...text.matchAll(/\]\((?!https?:|mailto:)([^)\s]+)\)/g)].flatMap(([, link = '']) => {
    const [path = '', anchor] = link.split('#');
    const target = path === '' ? file : join(dirname(file), path);
    const there = read(target);
    if (there === undefined) return [link];
    return anchor === undefined || anchorsIn(there).has(anchor) ? [] : [link];
  });
}

/** Commands that a document mentions and package.json does not have. */
function unknownCommands(text: string): string[] {
  return [...text.matchAll(/npm run (?:(?:-s|--silent) )?([a-z][a-z0-9:-]*)/g)]
    .map(([, name = '']) => name)
    .filter((name) => !(name in project.scripts));
}

const kinds = ['test.ts', 'integration.test.ts', 'property.test.ts', 'cases.ts'];

/** The rows of tables that have a column `test`: what they are about, whether that is met (by a column `state`), and the tests that they name. */
function testedRows(text: string) {
  let heads: string[] = [];
  return text.split('\n').flatMap((line) => {
    const cells = line.startsWith('|')
      ? line
          .split('|')
          .slice(1, -1)
          .map((cell) => cell.trim())
      : [];
    if (cells.length === 0 || heads.length !== cells.length) {
      heads = cells;
      return [];
    }
    if (!heads.includes('test') || /^-+$/.test(cells[0] ?? '')) return [];
    const state = cells[heads.indexOf('state')];
    const tests = [...(cells[heads.indexOf('test')] ?? '').matchAll(/`([\w./-]+)`/g)].map(([, name = '']) => name);
    return [{ what: cells[0] ?? '', isMet: state === undefined || state.startsWith('met'), tests }];
  });
}

const read = (path: string): string | undefined => {
  const file = join(root, path);
  if (!existsSync(file)) return undefined;
  return path.endsWith('.md') ? readFileSync(file, 'utf8') : '';
};

describe('documents', () => {
  it.each(documents)('%s: every link leads somewhere, every command exists', (file) => {
    const text = readFileSync(join(root, file), 'utf8');
    expect({ links: brokenLinks(file, text, read), commands: unknownCommands(text) }).toEqual({
      links: [],
      commands: [],
    });
  });

  it('show a broken link, a broken anchor and an unknown command', () => {
    const other = (path: string): string | undefined => (path === 'b.md' ? '# Here' : undefined);
    expect(brokenLinks('a.md', '[x](c.md) [y](b.md#there) [z](b.md#here)', other)).toEqual(['c.md', 'b.md#there']);
    expect(unknownCommands('`npm run dev` and `npm run nowhere`')).toEqual(['nowhere']);
  });

  it('SECURITY.md names tests that there are, in every row of its tables with a test', () => {
    const rows = testedRows(readFileSync(join(root, '.github/SECURITY.md'), 'utf8'));
    expect(rows.length).toBeGreaterThan(60);
    expect(rows.filter(({ isMet, tests }) => isMet && tests.length === 0).map(({ what }) => what)).toEqual([]);
    const missing = rows
      .flatMap(({ tests }) => tests)
      .filter((name) => !kinds.some((kind) => existsSync(join(root, 'test', `${name}.${kind}`))));
    expect(missing).toEqual([]);
    expect(testedRows('| a | state | test |\n|---|---|---|\n| x | met | `lib/nowhere` |')).toEqual([
      { what: 'x', isMet: true, tests: ['lib/nowhere'] },
    ]);
  });

  it('keep the face of the project short: README.md has at most 200 lines', () => {
    expect(readFileSync(join(root, 'README.md'), 'utf8').split('\n').length).toBeLessThanOrEqual(201);
  });
});
