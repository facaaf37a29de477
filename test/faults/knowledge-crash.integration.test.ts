import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { freshDatabase, type TestDatabase } from '../stores.ts';
import { prepareStores } from './crash-stores.ts';
import { openKnowledgeTrials } from './knowledge-crash-trial.ts';

/* A sample of what `npm run faults:knowledge` does at every point. */

let trials: Awaited<ReturnType<typeof openKnowledgeTrials>>;
let database: TestDatabase;
beforeAll(async () => {
  database = await freshDatabase();
  const stage = `n${randomBytes(5).toString('hex')}`;
  const mongodb = new URL(inject('stores').mongodb);
  mongodb.pathname = `/${stage}`;
  const urls = { ...inject('stores'), mysql: database.url, mongodb: mongodb.href };
  trials = await openKnowledgeTrials(await prepareStores(urls, stage));
});
afterAll(async () => {
  await trials.close();
  await database.drop();
});

it.each(['update', 'index'] as const)(
  '%s: killed at any point, searches show what is there, the index scores as BM25F does, and nothing is left',
  async (work) => {
    const { points, wrong } = await trials.attempt(work);
    expect(points.length).toBeGreaterThan(3);
    expect(wrong).toEqual([]);
    const killed = await trials.attempt(work, 1 + Math.floor(Math.random() * points.length));
    expect(killed).toMatchObject({ killed: true, wrong: [] });
  },
  120_000,
);
