import { afterAll, beforeAll, expect, it } from 'vitest';
import { connectMysql, type Mysql } from '../../../../lib/adapters/mysql/connection.ts';
import { mysqlGithubConnections } from '../../../../lib/adapters/mysql/github-connections.ts';
import { nothingYet } from '../../../../lib/github/connect-repository.ts';
import type { Connection, GithubConnectionStore } from '../../../../lib/github/ports.ts';
import { newId } from '../../../../lib/kernel/ids.ts';
import { freshDatabase, type TestDatabase } from '../../../stores.ts';
import { insertAuthor } from './tool-record.ts';

let database: TestDatabase;
let mysql: Mysql;
let connections: GithubConnectionStore;
let ownerId: string;
beforeAll(async () => {
  database = await freshDatabase();
  mysql = connectMysql({ url: database.url, pool: 2 });
  connections = mysqlGithubConnections(mysql);
  ownerId = await insertAuthor(mysql);
});
afterAll(async () => {
  await mysql.end();
  await database.drop();
});

const now = new Date();
const minutesAgo = (minutes: number) => new Date(now.getTime() - minutes * 60_000);

async function connection(of: Partial<Connection> = {}): Promise<string> {
  const id = newId();
  await connections.insert(
    {
      ...nothingYet,
      id,
      ownerId,
      toolId: undefined,
      repositoryUrl: 'https://github.com/acme/weather',
      repositoryId: 1,
      repository: 'acme/weather',
      branch: 'main',
      defaultBranch: 'main',
      path: '',
      status: 'connected',
      accessToken: undefined,
      installationId: undefined,
      tokenExpiresAt: undefined,
      webhookSecret: 'x',
      hookId: undefined,
      mayReport: true,
      mayComment: true,
      createdAt: now,
      updatedAt: now,
      ...of,
    },
    [],
  );
  return id;
}

it('a push during a sync is not lost: its task is not done, and looks again', async () => {
  const id = await connection();
  expect(await connections.requestSync(id, 'first', now, minutesAgo(15))).toBe('first');
  const claimed = await connections.claimSync(id, 'first', now);
  // The task that runs serves the push too.
  expect(await connections.requestSync(id, 'second', now, minutesAgo(15))).toBe('first');
  expect(await connections.finishSync(id, 'first', claimed?.wantedGeneration ?? 0, {})).toBe(false);
  const again = await connections.claimSync(id, 'first', now);
  expect(await connections.finishSync(id, 'first', again?.wantedGeneration ?? 0, {})).toBe(true);
  expect(await connections.claimSync(id, 'first', now)).toBeUndefined();
});

it('a task that gave no sign for a quarter of an hour is not waited for', async () => {
  const id = await connection();
  await connections.requestSync(id, 'dead', minutesAgo(16), minutesAgo(31));
  expect(await connections.requestSync(id, 'next', now, minutesAgo(15))).toBe('next');
  expect(await connections.claimSync(id, 'dead', now)).toBeUndefined();
});

it('a connection is due ten minutes after its last look, an archived one after a day, one that is owed a sync at once', async () => {
  const looked = { archivedLately: 60, archivedLongAgo: 25 * 60, lately: 5, longAgo: 11 };
  const of = async (minutes: number, more: Partial<Connection> = {}) =>
    connection({ lastCheckedAt: minutesAgo(minutes), ...more });
  const due = [
    await of(looked.archivedLongAgo, { status: 'archived' }),
    await of(looked.longAgo),
    await of(looked.lately, { wantedGeneration: 1 }),
    await connection(),
  ];
  const others = [await of(looked.archivedLately, { status: 'archived' }), await of(looked.lately)];
  const found = new Set(await connections.due(minutesAgo(10), 100));
  expect(due.filter((id) => !found.has(id))).toEqual([]);
  expect(others.filter((id) => found.has(id))).toEqual([]);
});
