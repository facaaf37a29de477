import { fileURLToPath } from 'node:url';
import { type Input, runProgram, UsageError } from '../../infra/program.ts';
import { circumstances, type Figure, tableOf, writeBetweenMarks } from './parts/figures.ts';

/*
 * `npm run bench -- <name>` runs `run(options)` of `test/bench/<name>.ts`. Without a name it runs those that have a peer, in under ten minutes, and `--write` puts their table into
 * test/README.md.
 */

const benches = {
  init: 'how soon a function is ready, beside bare Node',
  pipeline: 'what the pipeline adds to its store calls, beside a plain middy + zod + jose function',
  gateway: 'authenticated reads, beside plain node:http',
  mcp: 'tools/call, beside supergateway and mcp-proxy',
  search: 'the knowledge base, beside minisearch and MariaDB FULLTEXT; with --passages what passages and queries cost',
  analysis: 'the rules over a registry',
  live: 'a thousand clients that are cut',
  mongo: 'the embedded MongoDB',
  tools: 'reads of a large catalogue, beside plain node:http',
} as const;
type Name = keyof typeof benches;
const withPeer: readonly Name[] = ['init', 'pipeline', 'gateway', 'mcp', 'search'];

const list = Object.entries(benches)
  .map(([name, about]) => `  ${name.padEnd(10)} ${about}`)
  .join('\n');

const program = {
  name: 'bench',
  about: `Measures one thing, or without a name what has a peer: ${withPeer.join(', ')}.\n\n${list}`,
  args: '[name]',
  options: {
    write: { about: 'Without a name: puts the table into test/README.md.' },
    all: { about: 'For init: all functions, not one of each group of uses.' },
    file: {
      value: '<file>',
      default: fileURLToPath(new URL('../../../shared/data/mcp-servers.json', import.meta.url)),
      about: 'For analysis: a JSON list of server.json entries.',
    },
    runs: { from: 1, to: 1000, default: 5, about: 'For init: how often each function is started.' },
    tools: { from: 1, to: 10_000_000, default: 100_000, about: 'For tools: how many there are.' },
    passages: {
      from: 0,
      to: 10_000_000,
      default: 0,
      about: 'For search: up to how many passages what they and queries cost is measured.',
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
  run(options: Options): Promise<readonly Figure[] | void>;
}

async function measure(name: Name, options: Options): Promise<readonly Figure[]> {
  const { run } = (await import(`./${name}.ts`)) as Benchmark;
  return (await run(options)) ?? [];
}

await runProgram(program, async ({ args: [name], options }) => {
  if (name !== undefined && !Object.hasOwn(benches, name))
    throw new UsageError(`There is no benchmark ${name}. There are: ${Object.keys(benches).join(', ')}.`);
  const figures: Figure[] = [];
  for (const each of name === undefined ? withPeer : [name as Name]) figures.push(...(await measure(each, options)));
  if (figures.length === 0) return;
  const text = `${tableOf(figures)}\n\n${circumstances()}`;
  console.log(text);
  if (name === undefined && options.write)
    writeBetweenMarks(fileURLToPath(new URL('../README.md', import.meta.url)), text);
});
