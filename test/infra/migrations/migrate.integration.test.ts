import { createConnection, type RowDataPacket } from 'mysql2/promise';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { createApplicationUser } from '../../../infra/migrations/application-user.ts';
import type { Migration } from '../../../infra/migrations/files.ts';
import { readMigrations } from '../../../infra/migrations/files.ts';
import { migrateDown, migrateUp, migrationStatus } from '../../../infra/migrations/migrate.ts';
import { withDatabase, withLock } from '../../../infra/migrations/session.ts';
import { emptyDatabase, type TestDatabase } from '../../stores.ts';

const databases: TestDatabase[] = [];
let url = '';
beforeEach(async () => {
  const database = await emptyDatabase();
  databases.push(database);
  url = database.url;
});
afterAll(() => Promise.all(databases.map((database) => database.drop())));

async function sql(statement: string): Promise<RowDataPacket[]> {
  const connection = await createConnection(url);
  try {
    const [rows] = await connection.query<RowDataPacket[]>(statement);
    return rows;
  } finally {
    await connection.end();
  }
}
const tableNames = async (): Promise<string[]> =>
  (await sql('SHOW TABLES')).map((row) => String(Object.values(row)[0]));
const states = async (migrations?: readonly Migration[]): Promise<string[]> =>
  (await migrationStatus(url, migrations && { migrations })).map(({ name, state }) => `${name} ${state}`);

const migration = (number: number, up: string[], down: string[]): Migration => ({
  number,
  name: `000${number}-m`,
  up,
  down,
  checksum: up.join(';').padEnd(64, '.').slice(0, 64),
});
const makes = (number: number, table: string): Migration =>
  migration(number, [`CREATE TABLE ${table} (a INT)`], [`DROP TABLE IF EXISTS ${table}`]);

test('the first schema goes up, down and up again', async () => {
  await migrateUp(url);
  const wanted = [
    'users',
    'api_keys',
    'mcp_tools',
    'mcp_deployments',
    'github_connections',
    'mcp_usage_stats',
    'outbox',
  ];
  expect(await tableNames()).toEqual(expect.arrayContaining(wanted));
  await migrateDown(url, { to: 0 });
  expect(await tableNames()).toEqual(['schema_migrations']);
  await migrateUp(url);
  expect(await states()).toEqual(readMigrations().map(({ name }) => `${name} applied`));
});

test('applies each migration once, in order, up to the one that is asked for', async () => {
  const migrations = [makes(1, 'a'), makes(2, 'b'), makes(3, 'c')];
  await migrateUp(url, { migrations, to: 2 });
  expect(await states(migrations)).toEqual(['0001-m applied', '0002-m applied', '0003-m pending']);
  const lines: string[] = [];
  await migrateUp(url, { migrations, report: (line) => lines.push(line) });
  await migrateUp(url, { migrations, report: (line) => lines.push(line) });
  expect(lines).toEqual([expect.stringMatching(/^0003-m: applied/), 'Nothing to migrate']);
});

test('takes back one migration, or all above the one that is asked for', async () => {
  const migrations = [makes(1, 'a'), makes(2, 'b'), makes(3, 'c')];
  await migrateUp(url, { migrations });
  await migrateDown(url, { migrations });
  expect(await tableNames()).toEqual(['a', 'b', 'schema_migrations']);
  await migrateDown(url, { migrations, to: 0 });
  await migrateDown(url, { migrations });
  expect(await tableNames()).toEqual(['schema_migrations']);
});

test('a failed migration leaves none of its tables and can be tried again', async () => {
  const broken = migration(1, ['CREATE TABLE a (a INT)', 'CREATE TABLE b (a NONSENSE)'], ['DROP TABLE IF EXISTS a']);
  await expect(migrateUp(url, { migrations: [broken] })).rejects.toThrow(/^0001-m: .*NONSENSE/);
  expect(await tableNames()).toEqual(['schema_migrations']);
  expect(await states([broken])).toEqual(['0001-m undone']);
  await migrateUp(url, { migrations: [makes(1, 'a')] });
  expect(await tableNames()).toEqual(['a', 'schema_migrations']);
});

test('a failed migration never drops a table that was there before it', async () => {
  await sql('CREATE TABLE b (a INT)');
  const broken = migration(
    1,
    ['CREATE TABLE a (a INT)', 'CREATE TABLE b (a INT)'],
    ['DROP TABLE IF EXISTS b', 'DROP TABLE IF EXISTS a'],
  );
  await expect(migrateUp(url, { migrations: [broken] })).rejects.toThrow('already exists');
  expect(await tableNames()).toEqual(['b', 'schema_migrations']);
});

test('data that a failed migration had changed since its last DDL is as before', async () => {
  await sql('CREATE TABLE a (a INT)');
  await sql('INSERT INTO a VALUES (1)');
  const broken = migration(1, ['UPDATE a SET a = 2', 'UPDATE nowhere SET a = 2'], ['DROP TABLE IF EXISTS b']);
  await expect(migrateUp(url, { migrations: [broken] })).rejects.toThrow('nowhere');
  expect(await sql('SELECT a FROM a')).toEqual([{ a: 1 }]);
});

test('what cannot be taken back safely is named and stops further runs until a person has run the down script', async () => {
  await sql('CREATE TABLE a (a INT)');
  const broken = migration(
    1,
    ['ALTER TABLE a ADD COLUMN b INT', 'ALTER TABLE a ADD COLUMN c NONSENSE'],
    ['ALTER TABLE a DROP COLUMN c', 'ALTER TABLE a DROP COLUMN b'],
  );
  const lines: string[] = [];
  await expect(migrateUp(url, { migrations: [broken], report: (line) => lines.push(line) })).rejects.toThrow(
    'NONSENSE',
  );
  expect(lines).toContain('0001-m: not taken back: ALTER TABLE a DROP COLUMN b');
  await expect(migrateUp(url, { migrations: [broken] })).rejects.toThrow(/failed half-way .* run "down"/);
  expect(await states([broken])).toEqual(['0001-m failed']);
  await migrateDown(url, { migrations: [broken] });
  expect(await states([broken])).toEqual(['0001-m pending']);
  expect(await sql('SHOW COLUMNS FROM a')).toHaveLength(1);
});

test('a down script that fails is recorded', async () => {
  const stuck = migration(1, ['CREATE TABLE a (a INT)'], ['DROP TABLE nowhere']);
  await migrateUp(url, { migrations: [stuck] });
  await expect(migrateDown(url, { migrations: [stuck] })).rejects.toThrow(/^0001-m: .*nowhere/);
  expect(await migrationStatus(url, { migrations: [stuck] })).toMatchObject([
    { state: 'failed', error: expect.stringContaining('its down script failed') as string },
  ]);
});

test('a runner that was killed in the middle is cleaned up after by the next', async () => {
  const migrations = [makes(1, 'a')];
  await migrateUp(url, { migrations });
  await sql("UPDATE schema_migrations SET state = 'running'");
  const lines: string[] = [];
  await migrateUp(url, { migrations, report: (line) => lines.push(line) });
  expect(lines[0]).toBe('0001-m: was interrupted, taking it back');
  expect(await states(migrations)).toEqual(['0001-m applied']);
});

test('refuses to go on when an applied migration was changed, and says which', async () => {
  await migrateUp(url, { migrations: [makes(1, 'a')] });
  const migrations = [makes(1, 'changed'), makes(2, 'b')];
  await expect(migrateUp(url, { migrations })).rejects.toThrow(/^0001-m: was changed after it was applied/);
  expect(await states(migrations)).toEqual(['0001-m changed', '0002-m pending']);
});

test('shows a migration that only the database knows, and cannot take it back', async () => {
  await migrateUp(url, { migrations: [makes(1, 'a'), makes(2, 'b')] });
  expect(await states([makes(1, 'a')])).toEqual(['0001-m applied', '0002-m unknown']);
  await expect(migrateDown(url, { migrations: [makes(1, 'a')] })).rejects.toThrow('its files are not here');
});

test('of several runners at once one migrates and the others find it done', async () => {
  const lines: string[] = [];
  const run = () => migrateUp(url, { report: (line) => lines.push(line) });
  await Promise.all([run(), run(), run()]);
  expect(lines.filter((line) => line.includes('applied'))).toHaveLength(readMigrations().length);
  expect(lines.filter((line) => line === 'Nothing to migrate')).toHaveLength(2);
});

test('gives up when another runner holds the lock for too long', async () => {
  await withDatabase(url, (connection) =>
    withLock(connection, 1, async () => {
      await expect(migrateUp(url, { waitSeconds: 0 })).rejects.toThrow('Another runner has been migrating');
    }),
  );
});

test("the functions' user has so many connections and no more, and the schema's owner still finds one", async () => {
  const name = `a_${Date.now().toString(36)}`;
  const application = new URL(url);
  Object.assign(application, { username: name, password: 'Harbour-light-7', pathname: '/' });
  await withDatabase(url, (owner) => createApplicationUser(owner, application.href, 2));
  const open = await Promise.all([1, 2].map(() => createConnection(application.href)));
  await expect(createConnection(application.href)).rejects.toMatchObject({ errno: 1226 });
  expect(await sql('SELECT 1 AS one')).toEqual([{ one: 1 }]);
  await Promise.all(open.map((connection) => connection.end()));
  await sql(`DROP USER ${name}@'%'`);
});
