import { MongoClient } from 'mongodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startMongo } from '../../../../infra/local/mongo/server.ts';

const COUNT = 100_000;

describe('among 100,000 documents', () => {
  let server: Awaited<ReturnType<typeof startMongo>>;
  let client: MongoClient;

  beforeAll(async () => {
    server = await startMongo({ file: ':memory:' });
    client = await new MongoClient(server.url).connect();
    const collection = client.db('test').collection<{ _id: number }>('many');
    await collection.createIndexes([{ key: { owner: 1, at: -1 } }, { key: { name: 1 }, unique: true }]);
    for (let start = 0; start < COUNT; start += 10_000) {
      await collection.insertMany(Array.from({ length: 10_000 }, (_, i) => documentOf(start + i)));
    }
  });

  afterAll(async () => {
    await client.close();
    await server.stop();
  });

  it.each([
    ['by _id', { _id: 77_777 }, {}, 0, 1],
    ['by a unique field', { name: 'name 4711' }, {}, 0, 1],
    ['by several values', { name: { $in: ['name 1', 'name 2', 'none'] } }, {}, 0, 2],
    ['by a range behind an equality', { owner: 5, at: { $gte: new Date(99_000_000) } }, {}, 0, 1],
    ['the latest ten of one owner', { owner: 5 }, { at: -1 as const }, 10, 10],
    ['the first ten by name', {}, { name: 1 as const }, 10, 10],
  ])(
    'finds %s without looking at others',
    async (_, filter: Record<string, unknown>, sort: Record<string, 1 | -1>, limit, examined) => {
      const collection = client.db('test').collection('many');
      const { executionStats } = await collection.find(filter, { sort, limit }).explain('executionStats');
      expect(executionStats.totalDocsExamined).toBe(examined);
      expect(executionStats.nReturned).toBe(examined);
    },
  );
});

function documentOf(i: number): { _id: number; owner: number; at: Date; name: string } {
  return { _id: i, owner: i % 1000, at: new Date(i * 1000), name: `name ${i}` };
}
