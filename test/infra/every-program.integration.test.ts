import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { someOf } from '../runs.ts';

/* Every command-line program of package.json is in the one frame of infra/program.ts. */

const root = join(import.meta.dirname, '../..');
const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { scripts: Record<string, string> };
const programs = Object.entries(scripts)
  // Vitest has a frame of its own.
  .filter(([, script]) => !script.includes(' vitest '))
  .map(([name, script]) => [name, / (\S+\.ts)$/.exec(script)?.[1]] as const)
  .filter((entry): entry is readonly [string, string] => entry[1] !== undefined);
const state = mkdtempSync(join(tmpdir(), 'programs-'));
afterAll(() => rmSync(state, { recursive: true }));

function run(file: string, ...args: string[]): Promise<{ status: unknown; out: string; err: string }> {
  const env = { ...process.env, MCP_STATE: state };
  return new Promise((resolve) => {
    execFile(process.execPath, ['infra/local/node-24.mjs', file, ...args], { cwd: root, env }, (error, out, err) =>
      resolve({ status: error?.code ?? 0, out, err }),
    );
  });
}

describe('every command-line program', () => {
  it('is among these', () => {
    expect(programs.map(([name]) => name)).toEqual(
      expect.arrayContaining(['dev', 'admin', 'queues', 'purge', 'invoke', 'migrate', 'bench', 'faults', 'generate']),
    );
  });

  it.for(someOf(programs, 0.25))(
    'npm run %s: --help explains, an unknown option is refused, and neither does anything',
    async ([name, file]) => {
      const [help, wrong] = await Promise.all([run(file, '--help'), run(file, '--no-such-option')]);
      expect(help).toMatchObject({ status: 0, err: '' });
      expect(help.out).toMatch(new RegExp(`^npm run ${name} -- .*\n\n.+`));
      expect(wrong).toEqual({
        status: 2,
        out: '',
        err: `There is no option --no-such-option.\n\`npm run ${name} -- --help\` says what it understands.\n`,
      });
      expect(readdirSync(state)).toEqual([]);
    },
  );
});
