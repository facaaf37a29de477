import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { runInNewContext } from 'node:vm';
import { transform } from 'esbuild';
import { expect, it } from 'vitest';
import { droppable, replacements } from '../../infra/bundle-slimming.ts';

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

it('lets a schema go that nothing of the bundle uses, with whatever it is made of, and no other statement', async () => {
  const source = `
    const part = schema('part').min(1);
    export const used = schema('used', part) satisfies object;
    const unused = schema('unused', schema('inner').max(3));
    register('effect');
    globalThis.answer = used;`;
  const { code } = await transform(droppable('schemas.ts', source), { loader: 'ts', treeShaking: true, format: 'esm' });
  const kept = ['part', 'used', 'effect'];
  expect(kept.filter((name) => !code.includes(`"${name}"`))).toEqual([]);
  expect(code).not.toMatch(/unused|inner/);
});
