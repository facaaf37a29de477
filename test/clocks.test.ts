import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

/* A test that sleeps is too short on a busy machine and too long on any other. */

/** Programs that measure or kill, servers that tests start, and the one way to wait. */
const elsewhere =
  /^(bench|faults|fixtures|conformance|mutate|clients|upgrade)\/|node_modules|^(wait-until|deployed-servers|clocks\.test)\.ts$/;
const sleeps = /from 'node:timers\/promises'|new Promise(<[^>]*>)?\([^;]{0,80}setTimeout\(/;

const sleepers = (files: ReadonlyMap<string, string>): string[] =>
  [...files].filter(([file, text]) => !elsewhere.test(file) && sleeps.test(text)).map(([file]) => file);

it('no test sleeps: it waits until something is so (test/wait-until.ts)', () => {
  const files = readdirSync(import.meta.dirname, { recursive: true, encoding: 'utf8' }).filter((file) =>
    file.endsWith('.ts'),
  );
  expect(files.length).toBeGreaterThan(200);
  const texts = files.map((file) => [file, readFileSync(join(import.meta.dirname, file), 'utf8')] as const);
  expect(sleepers(new Map(texts))).toEqual([]);
});

it('one that does is found', () => {
  const planted = new Map([
    ['a.test.ts', `import { setTimeout as sleep } from 'node:timers/promises';`],
    ['lib/b.test.ts', 'await new Promise((resolve) => setTimeout(resolve, 300));'],
    ['lib/c.test.ts', `import { waitUntil } from '../wait-until.ts';`],
    ['bench/d.ts', `import { setTimeout as sleep } from 'node:timers/promises';`],
  ]);
  expect(sleepers(planted)).toEqual(['a.test.ts', 'lib/b.test.ts']);
});
