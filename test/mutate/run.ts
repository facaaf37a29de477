import { spawn } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Mutant, mutants } from './mutants.ts';

/*
 * `npm run mutate`: applies each mutant to a copy of the project and runs the tests that must notice. Ends with 1 when one survives, is stale, or when the tests
 * fail without it. `--share 0.1` takes a random tenth, `--only <text>` those whose file or promise holds the text, `--unit` those that need no stores.
 */

const root = join(import.meta.dirname, '../..');
const { values: options } = parseArgs({
  options: {
    share: { type: 'string', default: '1' },
    only: { type: 'string', default: '' },
    unit: { type: 'boolean', default: false },
  },
});

type Outcome = 'caught' | 'SURVIVED' | 'STALE' | 'TESTS FAIL WITHOUT IT';

const copy = mkdtempSync(join(tmpdir(), 'mutate-'));
const baseline = new Map<string, Promise<boolean>>();

function prepare(): void {
  const skipped = /^(node_modules|\.git|\.local|cdk\.out|coverage)$/;
  cpSync(root, copy, {
    recursive: true,
    filter: (source) => !skipped.test(source.slice(root.length + 1)),
  });
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
}

/** Whether the tests pass in the copy as it is. */
function pass(tests: readonly string[]): Promise<boolean> {
  const runner = join(root, 'node_modules/vitest/vitest.mjs');
  const child = spawn(process.execPath, [runner, 'run', '--bail', '1', ...tests], { cwd: copy, stdio: 'ignore' });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve(code === 0));
  });
}

async function outcomeOf({ file, find, replace, tests }: Mutant): Promise<Outcome> {
  const place = join(copy, file);
  const source = readFileSync(place, 'utf8');
  if (!source.includes(find)) return 'STALE';
  const key = tests.join();
  const passes = baseline.get(key) ?? pass(tests);
  baseline.set(key, passes);
  if (!(await passes)) return 'TESTS FAIL WITHOUT IT';
  writeFileSync(
    place,
    source.replace(find, () => replace),
  );
  try {
    return (await pass(tests)) ? 'SURVIVED' : 'caught';
  } finally {
    writeFileSync(place, source);
  }
}

const chosen = mutants.filter(
  ({ file, promise, tests }) =>
    `${file} ${promise}`.includes(options.only) &&
    (!options.unit || !tests.some((test) => /\.(integration|property)\./.test(test))) &&
    Math.random() < Number(options.share),
);
const counts = new Map<Outcome, number>();
try {
  prepare();
  for (const mutant of chosen) {
    const startedAt = performance.now();
    const outcome = await outcomeOf(mutant);
    counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
    const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
    process.stdout.write(`${outcome.padEnd(10)} ${seconds.padStart(5)} s  ${mutant.file}: ${mutant.promise}\n`);
  }
} finally {
  rmSync(copy, { recursive: true, force: true });
}
const caught = counts.get('caught') ?? 0;
process.stdout.write(`\n${caught} of ${chosen.length} mutants caught (${mutants.length} in the list)\n`);
process.exitCode = caught === chosen.length ? 0 : 1;
