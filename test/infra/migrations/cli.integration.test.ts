import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { emptyDatabase, type TestDatabase } from '../../stores.ts';

let database: TestDatabase;
const state = mkdtempSync(join(tmpdir(), 'migrate-cli-'));
beforeAll(async () => {
  database = await emptyDatabase();
});
afterAll(async () => {
  rmSync(state, { recursive: true });
  await database.drop();
});

function migrate(args: string[], env: NodeJS.ProcessEnv = { MYSQL_URL: database.url }) {
  return new Promise<{ code: number; out: string; err: string }>((resolve) => {
    const options = { env: { PATH: process.env['PATH'], MCP_STATE: state, ...env } };
    const child = execFile(process.execPath, ['infra/migrations/cli.ts', ...args], options, (_, out, err) =>
      resolve({ code: child.exitCode ?? -1, out, err }),
    );
  });
}

test('up, status and down do what they say and exit 0', async () => {
  expect(await migrate(['up'])).toMatchObject({ code: 0, out: expect.stringMatching(/^0001-first-schema: applied/) });
  expect(await migrate(['status'])).toMatchObject({
    code: 0,
    out: expect.stringMatching(/^applied +0001-first-schema/),
  });
  expect(await migrate(['down', '--to', '0'])).toMatchObject({
    code: 0,
    out: expect.stringContaining('0001-first-schema: taken back'),
  });
  expect(await migrate(['status'])).toMatchObject({
    code: 0,
    out: expect.stringMatching(/^pending +0001-first-schema/),
  });
});

test('finds the database of the platform that runs here', async () => {
  writeFileSync(join(state, 'platform.json'), JSON.stringify({ mysql: database.url }));
  expect(await migrate(['status'], {})).toMatchObject({ code: 0 });
  rmSync(join(state, 'platform.json'));
});

test.each([
  [[], 'A command is missing.'],
  [['sideways'], 'There is no command "sideways"'],
  [['up', 'and', 'away'], '"and" is one argument too many.'],
  [['up', '--to', 'x'], "--to needs a migration's number"],
  [['up', '--loud'], '--loud'],
])('%j is refused with the way to its help and exit code 2', async (args, message) => {
  const { code, err } = await migrate(args);
  expect(err).toContain(message);
  expect(err).toContain('`npm run migrate -- --help`');
  expect(code).toBe(2);
});

test('says what is missing when it knows no database', async () => {
  expect(await migrate(['up'], {})).toMatchObject({ code: 2, err: expect.stringMatching(/^MYSQL_URL is not set/) });
  expect(await migrate(['up'], { MYSQL_URL: 'mysql://localhost' })).toMatchObject({
    code: 2,
    err: expect.stringMatching(/^MYSQL_URL is not like/),
  });
});

test('a database that cannot be reached is one line and exit code 1', async () => {
  const { code, err } = await migrate(['up'], { MYSQL_URL: 'mysql://a:b@127.0.0.1:1/c' });
  expect(code).toBe(1);
  expect(err.trim().split('\n')).toEqual([
    expect.stringMatching(/^Nothing answers: connect ECONNREFUSED 127\.0\.0\.1:1\. /),
  ]);
});
