import { createHash, randomInt } from 'node:crypto';
import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Input, runProgram } from '../../infra/program.ts';
import type { Mutant } from './mutant.ts';
import { mutants } from './mutants.ts';
import { startTestRunner, type TestRunner } from './test-runner.ts';

const program = {
  name: 'mutate',
  about:
    'Applies each mutant to a copy of the project and runs the tests that must notice. Ends with 1 when one survives, is stale, or when the tests fail without it. Any number of runs may go side by side.',
  options: {
    only: { value: '<text>', default: '', about: 'Those whose file or promise holds the text.' },
    unit: { about: 'Those that need no stores.' },
    sample: { value: '<part>', default: '1', about: 'A random part of them: 0.1 is a tenth.' },
    seed: {
      value: '<text>',
      default: String(randomInt(1_000_000)),
      about: 'Gives the same sample again; it is printed.',
    },
    shard: { value: '<n/m>', default: '1/1', about: 'One of several equal parts: 1/2 is the first half.' },
    resume: {
      value: '<file>',
      about:
        'Keeps the table in a file and leaves out what it says is caught, as long as neither code nor tests changed.',
    },
  },
} as const;
let options: Input<typeof program>['options'];

const root = join(import.meta.dirname, '../..');
type Outcome = 'caught' | 'SURVIVED' | 'STALE' | 'TESTS FAIL WITHOUT IT';

const nameOf = ({ file, promise }: Mutant): string => `${file}: ${promise}`;
const digest = (...texts: readonly string[]): string => createHash('sha256').update(texts.join('\0')).digest('hex');
const read = (file: string): string => (existsSync(join(root, file)) ? readFileSync(join(root, file), 'utf8') : '');
/** Another one when the mutant, its file or its tests changed. */
const stateOf = ({ file, find, replace, tests }: Mutant): string =>
  digest(find, replace, read(file), ...tests.map(read)).slice(0, 12);

function chosenMutants(): Mutant[] {
  const [shard = 1, shards = 1] = options.shard.split('/').map(Number);
  const matching = mutants.filter(
    (mutant) =>
      nameOf(mutant).includes(options.only) &&
      (!options.unit || !mutant.tests.some((test) => /\.(integration|property)\./.test(test))),
  );
  const sampled = new Set(
    matching
      .toSorted((a, b) => digest(options.seed, nameOf(a)).localeCompare(digest(options.seed, nameOf(b))))
      .slice(0, Math.ceil(matching.length * Number(options.sample))),
  );
  return matching.filter((mutant) => sampled.has(mutant)).filter((_, index) => index % shards === shard - 1);
}

function caughtBefore(): ReadonlySet<string> {
  if (options.resume === undefined || !existsSync(options.resume)) return new Set();
  const rows = readFileSync(options.resume, 'utf8').split('\n');
  return new Set(rows.filter((row) => row.startsWith('caught')).map((row) => row.split(/\s+/)[3] ?? ''));
}

const baselines = new Map<string, Promise<boolean>>();

async function outcomeOf({ file, find, replace, tests }: Mutant, runner: TestRunner): Promise<Outcome> {
  const place = join(runner.copy, file);
  const source = readFileSync(place, 'utf8');
  if (!source.includes(find)) return 'STALE';
  const key = tests.join();
  const baseline = baselines.get(key) ?? runner.pass(tests);
  baselines.set(key, baseline);
  if (!(await baseline)) return 'TESTS FAIL WITHOUT IT';
  const put = (text: string): void => {
    writeFileSync(place, text);
    runner.changed(file);
  };
  put(source.replace(find, () => replace));
  try {
    return (await runner.pass(tests)) ? 'SURVIVED' : 'caught';
  } finally {
    put(source);
  }
}

await runProgram(program, async (input) => {
  options = input.options;
  const before = caughtBefore();
  const chosen = chosenMutants().filter((mutant) => !before.has(stateOf(mutant)));
  process.stdout.write(`${chosen.length} of ${mutants.length} mutants, --seed ${options.seed}\n`);
  const runner = await startTestRunner(root);
  let caught = 0;
  try {
    for (const [index, mutant] of chosen.entries()) {
      const startedAt = performance.now();
      const outcome = await outcomeOf(mutant, runner);
      if (outcome === 'caught') caught += 1;
      const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
      const row = `${outcome.padEnd(10)} ${seconds.padStart(5)} s ${stateOf(mutant)}  ${nameOf(mutant)}\n`;
      process.stdout.write(`${String(index + 1).padStart(3)}/${chosen.length} ${row}`);
      if (options.resume !== undefined) appendFileSync(options.resume, row);
    }
  } finally {
    await runner.close();
  }
  process.stdout.write(`\n${caught} of ${chosen.length} mutants caught\n`);
  // Vitest has set it to 1 for each breach that was caught.
  process.exitCode = caught < chosen.length ? 1 : 0;
});
