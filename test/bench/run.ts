import { readdirSync } from 'node:fs';
import { basename } from 'node:path';

/* `npm run bench -- <name> [options]` runs `run(options)` of `test/bench/<name>.ts`. */

interface Benchmark {
  run(args: readonly string[]): Promise<void>;
}

const names = readdirSync(import.meta.dirname)
  .filter((file) => file.endsWith('.ts') && file !== 'run.ts')
  .map((file) => basename(file, '.ts'));
const [name, ...args] = process.argv.slice(2);

if (name !== undefined && names.includes(name)) {
  const benchmark = (await import(`./${name}.ts`)) as Benchmark;
  await benchmark.run(args);
} else {
  console.error(`${name === undefined ? '' : `There is no benchmark ${name}. `}npm run bench -- ${names.join('|')}`);
  process.exitCode = 2;
}
