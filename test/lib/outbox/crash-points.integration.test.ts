import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { connectMysql } from '../../../lib/adapters/mysql/connection.ts';
import { prepareStores } from '../../faults/crash-stores.ts';
import { openTrials } from '../../faults/crash-trial.ts';
import { freshDatabase, type TestDatabase } from '../../stores.ts';
import { insertAuthor } from '../adapters/mysql/tool-record.ts';

/* A few of the points that `npm run faults:tools` visits all of. */

let database: TestDatabase;
let trials: Awaited<ReturnType<typeof openTrials>>;
beforeAll(async () => {
  database = await freshDatabase();
  const stage = `t${randomBytes(5).toString('hex')}`;
  const stores = inject('stores');
  const mongodb = new URL(stores.mongodb);
  mongodb.pathname = `/${stage}`;
  const env = await prepareStores({ ...stores, mysql: database.url, mongodb: mongodb.href }, stage);
  const mysql = connectMysql({ url: database.url, pool: 1 });
  trials = await openTrials(env, await insertAuthor(mysql));
  await mysql.end();
});
afterAll(async () => {
  await trials.close();
  await database.drop();
});

it.each([
  ['create', 2],
  ['update', 5],
  ['update', 6],
  ['relay', 4],
  ['relay', 6],
  ['sweep', 3],
] as const)('%s, killed at point %d, loses and doubles no entry of history', async (work, killAt) => {
  expect(await trials.attempt(work, killAt)).toEqual({ killed: true, points: [], wrong: [] });
});
