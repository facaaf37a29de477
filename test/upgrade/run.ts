import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runProgram } from '../../infra/program.ts';

const program = {
  name: 'upgrade-check',
  about:
    'Whether the code of the last release passes its own tests on the schema of today: while a deployment is under way, and after one that was taken back, exactly that runs.',
  args: '[test files …]',
  options: {
    release: {
      value: '<commit>',
      about: 'The release; the commit that last wrote infra/released-api.json when not named.',
    },
  },
} as const;

const project = fileURLToPath(new URL('../..', import.meta.url));
const git = (...args: string[]): string => execFileSync('git', args, { cwd: project, encoding: 'utf8' }).trim();
/** What speaks to MySQL. */
const onMysql = [
  'test/lib/adapters/mysql',
  'test/functions/tools',
  'test/functions/auth',
  'test/functions/deployments',
];

await runProgram(program, ({ args, options }) => {
  const release = options.release ?? git('log', '-1', '--format=%H', '--', 'infra/released-api.json');
  const folder = mkdtempSync(join(tmpdir(), 'release-'));
  const worktree = join(folder, 'code');
  git('worktree', 'add', '--detach', worktree, release);
  try {
    const [ours, theirs] = [project, worktree].map((root) => join(root, 'infra/migrations'));
    const sql = (at: string | undefined): string[] => readdirSync(at ?? '').filter((file) => file.endsWith('.sql'));
    const added = sql(ours).filter((file) => !sql(theirs).includes(file));
    for (const file of sql(ours)) cpSync(join(ours ?? '', file), join(theirs ?? '', file));
    symlinkSync(join(project, 'node_modules'), join(worktree, 'node_modules'));
    console.log(`${release.slice(0, 12)} on ${added.length} newer migrations: ${added.join(', ') || 'none'}`);
    const tests = args.length > 0 ? args : onMysql;
    const run = spawnSync(
      process.execPath,
      ['infra/local/node-24.mjs', 'vitest', 'run', '--project', 'integration', ...tests],
      {
        cwd: worktree,
        stdio: 'inherit',
      },
    );
    process.exitCode = run.status ?? 1;
  } finally {
    git('worktree', 'remove', '--force', worktree);
    rmSync(folder, { recursive: true, force: true });
  }
});
