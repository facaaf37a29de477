import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { connectMysql, type Mysql } from '../../lib/adapters/mysql/connection.ts';
import { insertAuthor } from '../lib/adapters/mysql/tool-record.ts';
import { someOf } from '../runs.ts';
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

/** There are at least as many points. */
const points = { receive: 4, handle: 20, sync: 30, first: 30 } as const satisfies Record<
  (typeof githubWorks)[number],
  number
>;

it.each(someOf(githubWorks, 0.5))(
  '%s: killed at any point, the push becomes one revision',
  async (work) => {
    const killAt = 1 + Math.floor(Math.random() * points[work]);
    expect(await trials.attempt(work, killAt), `killed at point ${killAt}`).toMatchObject({ killed: true, wrong: [] });
  },
  120_000,
);
