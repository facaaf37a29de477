import { Binary, Double, Int32, Long, ObjectId } from 'mongodb';
import { describe, expect, it } from 'vitest';
import { connect, type Doc, refusal } from './connect.ts';

const oid = new ObjectId('65f000000000000000000001');
const day = new Date('2026-01-02T03:04:05.678Z');

describe('read', () => {
  const server = connect();

  it('sorts by BSON order across types', async () => {
    const ordered = [
      null,
      Number.NaN,
      Number.NEGATIVE_INFINITY,
      -1,
      0.5,
      Long.fromNumber(1),
      1e300,
      'B',
      'a',
      { a: 1 },
      { b: 0 },
      { a: 'x' },
      new Binary(Buffer.from([9])),
      new Binary(Buffer.from([1, 1])),
      oid,
      false,
      true,
      new Date(0),
      day,
    ];
    const docs = ordered.map((v, i) => ({ _id: i, v }));
    const collection = await server.seeded(...(docs.toReversed() as unknown as Doc[]));
    const up = docs.map(({ _id }) => _id);
    const read = async (turn: 1 | -1): Promise<unknown[]> =>
      (await collection.find().sort({ v: turn }).toArray()).map(({ _id }) => _id);
    expect(await read(1)).toEqual(up);
    expect(await read(-1)).toEqual(up.toReversed());
    await collection.createIndex({ v: 1 });
    expect(await read(1)).toEqual(up);
    expect(await read(-1)).toEqual(up.toReversed());
  });

  it('sorts an array by its least item up and its greatest down', async () => {
    const collection = await server.seeded(
      { _id: 0, v: [3, 9] },
      { _id: 1, v: 5 },
      { _id: 2, v: [] },
      { _id: 3 },
      { _id: 4, v: [1, 6] },
    );
    const read = async (turn: 1 | -1): Promise<unknown[]> =>
      (await collection.find().sort({ v: turn, _id: 1 }).toArray()).map(({ _id }) => _id);
    expect(await read(1)).toEqual([2, 3, 4, 0, 1]);
    expect(await read(-1)).toEqual([0, 4, 1, 3, 2]);
    await collection.createIndex({ v: 1, _id: 1 });
    expect(await read(1)).toEqual([2, 3, 4, 0, 1]);
  });

  it('sorts by several fields, skips and limits', async () => {
    const collection = await server.seeded(...Array.from({ length: 20 }, (_, i) => ({ _id: i, a: i % 3, b: -i })));
    const page = await collection
      .find({ a: { $gte: 1 } })
      .sort({ a: -1, b: 1 })
      .skip(2)
      .limit(3)
      .toArray();
    expect(page.map(({ _id }) => _id)).toEqual([11, 8, 5]);
  });

  it('hands out a big result in batches', async () => {
    const collection = await server.seeded(
      ...Array.from({ length: 1000 }, (_, i) => ({ _id: i, text: 'x'.repeat(100) })),
    );
    expect(await collection.find().batchSize(7).limit(100).toArray()).toHaveLength(100);
    expect(await collection.find().toArray()).toHaveLength(1000);
    const cursor = collection.find().batchSize(10);
    expect((await cursor.next())?.['_id']).toBe(0);
    await cursor.close();
  });

  it('hands out more than one message holds', async () => {
    const collection = await server.seeded();
    for (let i = 0; i < 5; i++) await collection.insertOne({ _id: i as never, text: 'x'.repeat(8_000_000) });
    const found = await collection.find().toArray();
    expect(found.map(({ text }) => text.length)).toEqual([8e6, 8e6, 8e6, 8e6, 8e6]);
  });

  it('lets a cursor go on while documents come and go', async () => {
    const collection = await server.seeded(...Array.from({ length: 500 }, (_, i) => ({ _id: i })));
    const cursor = collection.find().batchSize(50);
    const seen: unknown[] = [];
    for await (const { _id } of cursor) {
      seen.push(_id);
      if (seen.length === 60) await collection.deleteMany({ _id: { $gte: 400 } } as Doc);
    }
    expect(seen).toEqual(Array.from({ length: 400 }, (_, i) => i));
  });

  it('counts and estimates', async () => {
    const collection = await server.seeded(
      { a: 1, t: ['x', 'y'] },
      { a: 1, t: ['y'] },
      { a: '1' },
      { a: Long.fromNumber(1) },
    );
    expect(await collection.countDocuments({ a: 1 })).toBe(3);
    expect(await collection.countDocuments({ a: 1 }, { skip: 1, limit: 1 })).toBe(1);
    expect(await collection.estimatedDocumentCount()).toBe(4);
  });

  it('gives up after maxTimeMS', async () => {
    const collection = await server.seeded(...Array.from({ length: 20_000 }, (_, i) => ({ i, text: 'x'.repeat(50) })));
    const slow = collection.find({ $and: Array.from({ length: 200 }, () => ({ text: /^x*$/ })) }).maxTimeMS(1);
    expect((await refusal(() => slow.toArray())).code).toBe(50);
  });

  it('refuses getMore on an unknown cursor', async () => {
    await server.seeded({ a: 1 });
    expect((await refusal(() => server.db.command({ getMore: Long.fromNumber(12_345), collection: 'c1' }))).code).toBe(
      43,
    );
  });

  it('keeps int32 and double apart', async () => {
    const collection = await server.seeded({ _id: 1, i: new Int32(1), d: new Double(1) });
    expect(await collection.findOne({}, { promoteValues: false })).toEqual({
      _id: new Int32(1),
      i: new Int32(1),
      d: new Double(1),
    });
  });
});
