import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { runInNewContext } from 'node:vm';
import { expect, it } from 'vitest';
import { replacements } from '../../infra/bundle-slimming.ts';

const require = createRequire(import.meta.url);
const mysql2 = join(dirname(require.resolve('mysql2')), 'lib');

it("leaves mysql2's pool every error that it looks for, by its number", () => {
  const pool = readFileSync(join(mysql2, 'base/pool.js'), 'utf8');
  const wanted = [...pool.matchAll(/\bErrors\.(\w+)/g)].map(([, name = '']) => name);
  expect(wanted.length).toBeGreaterThan(0);
  const kept: Record<string, unknown> = {};
  runInNewContext(replacements['../constants/errors.js'] ?? '', { exports: kept });
  const all = require(join(mysql2, 'constants/errors.js')) as Record<string, unknown>;
  expect(kept).toEqual(Object.fromEntries(wanted.map((name) => [name, all[name]])));
});
