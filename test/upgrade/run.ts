import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

/*
 * `npm run upgrade-check [-- --release <commit>] [test files …]`: whether the code of the last release passes its own tests on the schema of today. While a deployment is under way, and after one that
 * was taken back, exactly that runs. The release is the commit that last wrote infra/released-api.json, unless it is named.
 */

const project = fileURLToPath(new URL('../..', import.meta.url));
const git = (...args: string[]): string => execFileSync('git', args, { cwd: project, encoding: 'utf8' }).trim();
/** What speaks to MySQL. */
const onMysql = [
  'test/lib/adapters/mysql',
  'test/functions/tools',
  'test/functions/auth',
  'test/functions/deployments',
];

function main(): number {
  const { values, positionals } = parseArgs({ options: { release: { type: 'string' } }, allowPositionals: true });
  const release = values.release ?? git('log', '-1', '--format=%H', '--', 'infra/released-api.json');
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
    const tests = positionals.length > 0 ? positionals : onMysql;
    const run = spawnSync(
      process.execPath,
      ['infra/local/node-24.mjs', 'vitest', 'run', '--project', 'integration', ...tests],
      {
        cwd: worktree,
        stdio: 'inherit',
      },
    );
    return run.status ?? 1;
  } finally {
    git('worktree', 'remove', '--force', worktree);
    rmSync(folder, { recursive: true, force: true });
  }
}

process.exitCode = main();
