import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { splitStatements } from './statements.ts';

const migrationsFolder = fileURLToPath(new URL('.', import.meta.url));

export interface Migration {
  readonly number: number;
  /** `0001-first-schema`. */
  readonly name: string;
  readonly up: readonly string[];
  readonly down: readonly string[];
  /** SHA-256 of the up script. */
  readonly checksum: string;
}

const fileName = /^((\d{4})-[a-z0-9]+(?:-[a-z0-9]+)*)\.(up|down)\.sql$/;

/**
 * The migrations of a folder, in order.
 * @throws Error that lists every file that breaks a rule: name, pair, number taken twice, nothing in it.
 */
export function readMigrations(folder: string = migrationsFolder): Migration[] {
  const wrong: string[] = [];
  const names = new Map<string, number>();
  const files = readdirSync(folder).filter((file) => file.endsWith('.sql'));
  for (const file of files) {
    const [, name, number] = fileName.exec(file) ?? [];
    if (name === undefined) wrong.push(`${file}: is not named like 0002-add-colour.up.sql`);
    else names.set(name, Number(number));
  }
  const script = (name: string, direction: 'up' | 'down'): string => {
    const file = `${name}.${direction}.sql`;
    const text = files.includes(file) ? readFileSync(join(folder, file), 'utf8').replaceAll('\r\n', '\n') : '';
    if (splitStatements(text).length === 0) wrong.push(`${file}: is missing or empty`);
    return text;
  };
  const migrations = [...names].map(([name, number]) => {
    const up = script(name, 'up');
    return {
      number,
      name,
      up: splitStatements(up),
      down: splitStatements(script(name, 'down')),
      checksum: createHash('sha256').update(up).digest('hex'),
    };
  });
  migrations.sort((a, b) => a.number - b.number);
  migrations.forEach(({ number, name }, index) => {
    const before = migrations[index - 1];
    if (before?.number === number) wrong.push(`${name}: has the number of ${before.name}`);
  });
  if (wrong.length > 0) throw new Error(`Migrations:\n  ${wrong.join('\n  ')}`);
  return migrations;
}

/** Writes an empty pair with the next number and answers its name. */
export function newMigration(words: string, folder: string = migrationsFolder): string {
  const label = words
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '');
  if (label === '') throw new Error('A migration needs a name, such as add-colour');
  const next = (readMigrations(folder).at(-1)?.number ?? 0) + 1;
  const name = `${String(next).padStart(4, '0')}-${label}`;
  const write = (file: string, text: string) => writeFileSync(join(folder, file), text, { flag: 'wx' });
  write(`${name}.up.sql`, '-- SQL that MySQL 8 and MariaDB 10.11 both take.\n');
  write(`${name}.down.sql`, '-- Takes back what the up script did, in reverse order.\n');
  return name;
}
