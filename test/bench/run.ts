import { readdirSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Input, runProgram } from '../../infra/program.ts';

/* `npm run bench -- <name>` runs `run(options)` of `test/bench/<name>.ts`. */

const names = readdirSync(import.meta.dirname)
  .filter((file) => file.endsWith('.ts') && file !== 'run.ts')
  .map((file) => basename(file, '.ts'));

const program = {
  name: 'bench',
  about: `Measures one thing: ${names.join(', ')}.`,
  commands: Object.fromEntries(names.map((name) => [name, { about: `test/bench/${name}.ts` }])),
  options: {
    file: {
      value: '<file>',
      default: fileURLToPath(new URL('../../../shared/data/mcp-servers.json', import.meta.url)),
      about: 'For analysis: a JSON list of server.json entries.',
    },
    runs: { from: 1, to: 1000, default: 9, about: 'For init: how often each function is started.' },
    tools: { from: 1, to: 10_000_000, default: 100_000, about: 'For tools: how many there are.' },
    passages: {
      from: 0,
      to: 10_000_000,
      default: 100_000,
      about: 'For search: up to how many passages queries are measured; 0 leaves the costs out.',
    },
    state: {
      value: '<folder>',
      default: '',
      about: 'For search: keeps the filled bases there, so that the next run measures their queries at once.',
    },
    sockets: { from: 0, to: 10_000, default: 1000, about: 'For live: how many WebSockets listen.' },
    streams: { from: 0, to: 10_000, default: 200, about: 'For live: how many event streams listen.' },
    rate: { from: 1, to: 10_000, default: 100, about: 'For live: events a second.' },
    seconds: { from: 1, to: 3600, default: 60, about: 'For live: how long events are published.' },
    seed: { from: 0, to: 4_294_967_295, default: 1, about: 'For live: which clients are cut, and when.' },
  },
} as const;

type Options = Input<typeof program>['options'];

interface Benchmark {
  run(options: Options): Promise<void>;
}

await runProgram(program, async ({ command, options }) => {
  const { run } = (await import(`./${command}.ts`)) as Benchmark;
  await run(options);
});
