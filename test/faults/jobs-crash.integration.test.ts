import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { freshDatabase, type TestDatabase } from '../stores.ts';
import { prepareStores } from './crash-stores.ts';
import { openJobTrials } from './jobs-crash-trial.ts';

/* A sample of what `npm run faults:jobs` does at every point. */

let trials: Awaited<ReturnType<typeof openJobTrials>>;
let database: TestDatabase;
beforeAll(async () => {
  database = await freshDatabase();
  const stage = `j${randomBytes(5).toString('hex')}`;
  const mongodb = new URL(inject('stores').mongodb);
  mongodb.pathname = `/${stage}`;
  trials = await openJobTrials(
    await prepareStores({ ...inject('stores'), mysql: database.url, mongodb: mongodb.href }, stage),
  );
});
afterAll(async () => {
  await trials.close();
  await database.drop();
});

it.each(['submit', 'run', 'sweep', 'cancel'] as const)(
  '%s: killed at any point, the task still ends, once',
  async (work) => {
    const { points, wrong } = await trials.attempt(work);
    expect(points.length).toBeGreaterThan(3);
    expect(wrong).toEqual([]);
    const killed = await trials.attempt(work, 1 + Math.floor(Math.random() * points.length));
    expect(killed).toMatchObject({ killed: true, wrong: [] });
  },
  60_000,
);
