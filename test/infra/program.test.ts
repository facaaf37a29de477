import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { helpOf, type Program, readInput } from '../../infra/program.ts';

const program = {
  name: 'tools',
  about: 'Keeps tools.',
  commands: {
    add: { args: '<tool> [version]', about: 'Adds one.' },
    drop: { args: '[tool …]', about: 'Drops them.' },
    list: { about: 'Lists them.' },
  },
  options: {
    stage: { value: '<stage>', about: 'Where.' },
    format: { value: '<format>', default: 'text', about: 'How.' },
    port: { from: 0, to: 65_535, default: 8000, about: 'Listens here.' },
    fresh: { about: 'Empties first.' },
    context: { value: '<name=value>', short: 'c', many: true, about: 'More.' },
  },
} as const satisfies Program;

describe('what a program is given', () => {
  it('is read by its declaration', () => {
    expect(
      readInput(program, ['add', 'x', '1.0', '--port', '9000', '--fresh', '--stage=prod', '-c', 'a=1', '-c', 'b=2']),
    ).toEqual({
      command: 'add',
      args: ['x', '1.0'],
      options: { stage: 'prod', format: 'text', port: 9000, fresh: true, context: ['a=1', 'b=2'] },
    });
    expect(readInput(program, ['drop', 'a', 'b', 'c'])).toEqual({
      command: 'drop',
      args: ['a', 'b', 'c'],
      options: { stage: undefined, format: 'text', port: 8000, fresh: false, context: [] },
    });
    expect(readInput({ name: 'x', about: 'X.', args: '<file>' }, ['f.json'])).toMatchObject({ args: ['f.json'] });
  });

  it.each([
    [[], 'A command is missing. There are: add, drop, list.'],
    [['ad'], 'There is no command "ad". There are: add, drop, list.'],
    [['constructor'], 'There is no command "constructor". There are: add, drop, list.'],
    [['add'], 'add <tool> is missing.'],
    [['add', 'x', '1', 'more'], '"more" is one argument too many.'],
    [['list', 'x'], '"x" is one argument too many.'],
    [['list', '--nowhere'], 'There is no option --nowhere.'],
    [['list', '-x'], 'There is no option -x.'],
    [['list', '--stage'], "Option '--stage <value>' argument missing"],
    [['list', '--fresh=1'], "Option '--fresh' does not take an argument"],
    [['list', '--port', '65536'], '--port needs a whole number from 0 to 65535, not "65536".'],
    [['list', '--port', '1e3'], '--port needs a whole number from 0 to 65535, not "1e3".'],
    [['list', '--port='], '--port needs a whole number from 0 to 65535, not "".'],
  ])('is refused: %j', (argv, message) => {
    expect(() => readInput(program, argv)).toThrow(message);
  });

  it('is listed in the help', () => {
    expect(helpOf(program)).toBe(`npm run tools -- <command> [options]

Keeps tools.

  add <tool> [version]     Adds one.
  drop [tool …]            Drops them.
  list                     Lists them.

  --stage <stage>          Where.
  --format <format>        How. Default: text.
  --port <number>          Listens here. Default: 8000.
  --fresh                  Empties first.
  --context <name=value>   More.
  --help                   Prints this text.
`);
  });
});

describe('how a program ends', () => {
  const folder = mkdtempSync(join(tmpdir(), 'program-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  /** A program whose main does this. */
  function run(main: string, ...args: string[]): Promise<{ status: unknown; out: string; err: string }> {
    const file = join(folder, 'program.mjs');
    const frame = pathToFileURL(join(import.meta.dirname, '../../infra/program.ts')).href;
    writeFileSync(
      file,
      `import { runProgram } from ${JSON.stringify(frame)};
       await runProgram({ name: 'x', about: 'X.', options: { a: { about: 'A.' } } }, async () => { ${main} });`,
    );
    return new Promise((resolve) => {
      execFile(process.execPath, [file, ...args], (error, out, err) => resolve({ status: error?.code ?? 0, out, err }));
    });
  }

  it('with 0, although a timer still runs', async () => {
    expect(await run(`setInterval(() => {}, 1000); console.log('done');`)).toEqual({
      status: 0,
      out: 'done\n',
      err: '',
    });
  });

  it('with the exit code that it has set', async () => {
    expect(await run('process.exitCode = 3;')).toMatchObject({ status: 3 });
  });

  it('with 1, one sentence and no stack when something fails', async () => {
    const cause = `new Error('The file is gone.', { cause: new Error('ENOENT') })`;
    expect(await run(`throw ${cause};`)).toEqual({ status: 1, out: '', err: 'The file is gone. (ENOENT)\n' });
    expect((await run(`throw Object.assign(new Error(''), { code: 'ECONNREFUSED' });`)).err).toBe(
      'Nothing answers: ECONNREFUSED. `npm run dev` starts the platform.\n',
    );
  });

  it('with 2 and the way to its help when it is called wrongly, before anything is done', async () => {
    expect(await run(`console.log('done');`, '--b')).toEqual({
      status: 2,
      out: '',
      err: 'There is no option --b.\n`npm run x -- --help` says what it understands.\n',
    });
  });

  it('with 0 after its help, before anything is done', async () => {
    expect(await run(`throw new Error('done');`, '--help')).toMatchObject({ status: 0, err: '' });
  });
});
