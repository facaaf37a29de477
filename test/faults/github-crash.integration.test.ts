import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { connectMysql, type Mysql } from '../../lib/adapters/mysql/connection.ts';
import { insertAuthor } from '../lib/adapters/mysql/tool-record.ts';
import { freshDatabase, type TestDatabase } from '../stores.ts';
import { prepareStores } from './crash-stores.ts';
import { githubWorks, openGithubTrials } from './github-crash-trial.ts';

/* A sample of what `npm run faults:github` does at every point. */

let trials: Awaited<ReturnType<typeof openGithubTrials>>;
let database: TestDatabase;
let mysql: Mysql;
beforeAll(async () => {
  database = await freshDatabase();
  const stage = `g${randomBytes(5).toString('hex')}`;
  const mongodb = new URL(inject('stores').mongodb);
  mongodb.pathname = `/${stage}`;
  const urls = { ...inject('stores'), mysql: database.url, mongodb: mongodb.href };
  const env = await prepareStores(urls, stage);
  mysql = connectMysql({ url: database.url, pool: 1 });
  trials = await openGithubTrials(env, await insertAuthor(mysql));
});
afterAll(async () => {
  await trials.close();
  await mysql.end();
  await database.drop();
});

it.each(githubWorks)(
  '%s: killed at any point, the push becomes one revision',
  async (work) => {
    const { points, wrong } = await trials.attempt(work);
    expect(points.length).toBeGreaterThan(3);
    expect(wrong).toEqual([]);
    const killed = await trials.attempt(work, 1 + Math.floor(Math.random() * points.length));
    expect(killed).toMatchObject({ killed: true, wrong: [] });
  },
  120_000,
);
