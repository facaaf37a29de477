import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import { bundleMigrations } from '../../infra/bundle-migrations.ts';
import { readMigrations } from '../../infra/migrations/files.ts';
import { migrationStatus } from '../../infra/migrations/migrate.ts';
import { emptyDatabase } from '../stores.ts';

test('the function that a deployment runs applies every migration from its own folder, and again changes nothing', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'migrate-'));
  const database = await emptyDatabase();
  onTestFinished(async () => {
    rmSync(folder, { recursive: true });
    await database.drop();
  });
  await bundleMigrations(folder);
  const run = async (env: NodeJS.ProcessEnv): Promise<string> => {
    const script = `require('./index.js').handler().catch((error) => { console.log(error.message); process.exitCode = 1; })`;
    const { stdout } = await promisify(execFile)(process.execPath, ['-e', script], { env, cwd: folder });
    return stdout;
  };
  const first = await run({ MYSQL_URL: database.url });
  for (const { name } of readMigrations()) expect(first).toContain(name);
  expect(await run({ MYSQL_URL: database.url })).toContain('Nothing to migrate');
  expect((await migrationStatus(database.url)).map(({ state }) => state)).toEqual(
    readMigrations().map(() => 'applied'),
  );
  await expect(run({})).rejects.toThrow();
});
