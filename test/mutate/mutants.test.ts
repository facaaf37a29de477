import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { mutants } from './mutants.ts';

const root = join(import.meta.dirname, '../..');

it('every mutant’s text is in its file, and its tests are there', () => {
  const stale = mutants.filter(
    ({ file, find, tests }) =>
      !existsSync(join(root, file)) ||
      !readFileSync(join(root, file), 'utf8').includes(find) ||
      !tests.every((test) => existsSync(join(root, test))),
  );
  expect(stale.map(({ file, promise }) => `${file}: ${promise}`)).toEqual([]);
});
