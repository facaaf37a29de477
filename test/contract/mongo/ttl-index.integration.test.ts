import { describe, expect, it } from 'vitest';
import { connect } from './connect.ts';

describe('TTL index', () => {
  const server = connect();

  it('is kept with its seconds', async () => {
    const collection = await server.seeded({ at: new Date() });
    await collection.createIndex({ at: 1 }, { expireAfterSeconds: 3600 });
    expect((await collection.indexes()).find(({ name }) => name === 'at_1')?.expireAfterSeconds).toBe(3600);
  });

  it('removes what has expired and nothing else', async () => {
    const old = new Date(Date.now() - 60_000);
    const collection = await server.seeded(
      { _id: 1, at: old },
      { _id: 2, at: new Date() },
      { _id: 3, at: 'never' },
      { _id: 4 },
      { _id: 5, at: [new Date(), old] },
    );
    await collection.createIndex({ at: 1 }, { expireAfterSeconds: 30 });
    await expect
      .poll(async () => (await collection.find().sort({ _id: 1 }).toArray()).map(({ _id }) => _id))
      .toEqual([2, 3, 4]);
  });
});
