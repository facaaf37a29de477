import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { MongoClient } from 'mongodb';
import { expect, inject, onTestFinished, test } from 'vitest';
import { bundleMigrations } from '../../infra/bundle-migrations.ts';
import { readMigrations } from '../../infra/migrations/files.ts';
import { migrationStatus } from '../../infra/migrations/migrate.ts';
import { emptyDatabase } from '../stores.ts';

test('the function that a deployment runs applies every migration from its own folder, makes the indexes, and again changes nothing', async () => {
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
  const mongodb = new URL(inject('stores').mongodb);
  mongodb.pathname = `/m${randomBytes(5).toString('hex')}`;
  const env = { MYSQL_URL: database.url, MONGODB_URI: mongodb.href };
  const first = await run(env);
  for (const { name } of readMigrations()) expect(first).toContain(name);
  expect(await run(env)).toContain('Nothing to migrate');
  const client = new MongoClient(mongodb.href);
  const indexes = await client.db().collection('task_results').indexes();
  await client.close();
  expect(indexes.map(({ key }) => key)).toContainEqual({ expires_at: 1 });
  expect((await migrationStatus(database.url)).map(({ state }) => state)).toEqual(
    readMigrations().map(() => 'applied'),
  );
  await expect(run({})).rejects.toThrow();
  await expect(run({ MYSQL_URL: database.url })).rejects.toThrow();
});
