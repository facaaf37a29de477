import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { newMigration, readMigrations } from '../../../infra/migrations/files.ts';

function folderWith(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'migrations-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return folder;
}
const pair = (name: string) => ({ [`${name}.up.sql`]: `SELECT '${name}'`, [`${name}.down.sql`]: 'SELECT 0' });

test('reads pairs in the order of their numbers', () => {
  const names = readMigrations(folderWith({ ...pair('0010-c'), ...pair('0002-b'), ...pair('0001-a') })).map(
    (m) => m.name,
  );
  expect(names).toEqual(['0001-a', '0002-b', '0010-c']);
});

test('names every file that breaks a rule, in one error', () => {
  const folder = folderWith({
    ...pair('0001-a'),
    ...pair('0001-b'),
    '0002-c.up.sql': 'SELECT 1',
    '3-d.up.sql': 'SELECT 1',
  });
  expect(() => readMigrations(folder)).toThrow(
    /3-d\.up\.sql: is not named like[\s\S]*0002-c\.down\.sql: is missing or empty[\s\S]*0001-b: has the number of 0001-a/,
  );
});

test('knows a script again whatever the line ends are', () => {
  const [unix] = readMigrations(folderWith({ '0001-a.up.sql': 'SELECT 1;\nSELECT 2;', '0001-a.down.sql': 'SELECT 0' }));
  const [windows] = readMigrations(
    folderWith({ '0001-a.up.sql': 'SELECT 1;\r\nSELECT 2;', '0001-a.down.sql': 'SELECT 0' }),
  );
  expect(windows?.checksum).toBe(unix?.checksum);
});

test('a new migration takes the next number and must be filled in', () => {
  const folder = folderWith(pair('0007-a'));
  expect(newMigration('Add a Colour!', folder)).toBe('0008-add-a-colour');
  expect(readdirSync(folder)).toContain('0008-add-a-colour.down.sql');
  expect(() => readMigrations(folder)).toThrow('0008-add-a-colour.up.sql: is missing or empty');
  expect(() => newMigration('!', folder)).toThrow('needs a name');
});

test("the project's own migrations keep the rules", () => {
  expect(readMigrations().length).toBeGreaterThan(0);
});
