import { Double, Int32, Long, ObjectId, UUID } from 'mongodb';
import { describe, expect, it } from 'vitest';
import type { Collection, Document, FindOptions } from 'mongodb';
import { connect, type Doc } from './connect.ts';

type Case = readonly [guarantee: string, before: Doc, update: Document, after: Doc];

const updates: readonly Case[] = [
  ['$set makes the documents on the way', {}, { $set: { 'a.b.c': 1 } }, { a: { b: { c: 1 } } }],
  ['$set adds new fields in the order of their names', {}, { $set: { z: 1, b: 2, a: 3 } }, { a: 3, b: 2, z: 1 }],
  ['$set keeps the place of old fields', { z: 1, a: 1 }, { $set: { a: 2, z: 3 } }, { z: 3, a: 2 }],
  ['$unset takes fields away', { a: 1, b: { c: 1, d: 2 } }, { $unset: { a: '', 'b.c': '' } }, { b: { d: 2 } }],
  ['$inc starts at zero', { a: 5 }, { $inc: { a: -2, b: 1.5 } }, { a: 3, b: 1.5 }],
  [
    '$min and $max follow BSON order',
    { a: 5, b: 5, c: 5 },
    { $min: { a: 3, b: 9 }, $max: { c: 'x', d: 1 } },
    { a: 3, b: 5, c: 'x', d: 1 },
  ],
  ['$push appends, or makes the array', { a: [1] }, { $push: { a: [2], b: 1 } }, { a: [1, [2]], b: [1] }],
  [
    '$addToSet adds what is new',
    { a: [1, { x: 1 }] },
    { $addToSet: { a: { $each: [1, 2, { x: 1 }, 2] } } },
    { a: [1, { x: 1 }, 2] },
  ],
  ['$addToSet takes an array as one value', { a: [1] }, { $addToSet: { a: [1] } }, { a: [1, [1]] }],
  ['$pull by value', { a: [1, 2, 1], b: ['x'] }, { $pull: { a: 1 } }, { a: [2], b: ['x'] }],
  ['$pull by condition', { a: [1, 5, 9] }, { $pull: { a: { $gte: 5 } } }, { a: [1] }],
  ['$pull by fields of documents', { a: [{ n: 1, m: 1 }, { n: 2 }] }, { $pull: { a: { n: 1 } } }, { a: [{ n: 2 }] }],
  [
    '$pull by either of two conditions',
    { a: [{ n: 1 }, { n: 2 }, { n: 3 }] },
    { $pull: { a: { $or: [{ n: 1 }, { n: 3 }] } } },
    { a: [{ n: 2 }] },
  ],
  ['no operator fields change nothing', { a: 1 }, { $set: {} }, { a: 1 }],
];

async function only(collection: Collection, options: FindOptions): Promise<Doc> {
  return (await collection.findOne({}, options)) ?? {};
}

describe('update', () => {
  const server = connect();

  it.each(updates.map((row) => [row[0], row] as const))('%s', async (_, [, before, update, after]) => {
    const collection = await server.seeded({ _id: 1, ...before });
    const result = await collection.updateOne({}, update);
    const found = await collection.findOne();
    expect(JSON.stringify(found)).toBe(JSON.stringify({ _id: 1, ...after }));
    expect(result).toMatchObject({
      matchedCount: 1,
      modifiedCount: JSON.stringify(before) === JSON.stringify(after) ? 0 : 1,
    });
  });

  it('keeps the types of fields that it does not touch', async () => {
    const exact = {
      int: new Int32(1),
      double: new Double(1),
      long: Long.fromNumber(1),
      uuid: new UUID(),
      id: new ObjectId(),
      date: new Date(5),
      text: 'x',
      flag: true,
      nothing: null,
      nested: { double: new Double(2) },
    };
    const collection = await server.seeded({ _id: new Int32(1), ...exact });
    await collection.updateOne({}, { $set: { zz: 'new' } });
    const { zz, _id, ...found } = await only(collection, { promoteValues: false });
    expect(found).toEqual(exact);
    expect(zz).toBe('new');
  });

  it('widens numbers as they grow', async () => {
    const collection = await server.seeded({
      _id: 1,
      a: new Int32(2_147_483_647),
      b: Long.fromNumber(1),
      c: new Int32(1),
    });
    await collection.updateOne({}, { $inc: { a: new Int32(1), b: new Int32(1), c: new Double(0.5) } });
    const found = await collection.findOne({}, { promoteValues: false });
    expect(found).toMatchObject({ a: Long.fromNumber(2_147_483_648), b: Long.fromNumber(2), c: new Double(1.5) });
  });

  it('updates one, or many', async () => {
    const collection = await server.seeded({ _id: 1, a: 1 }, { _id: 2, a: 1 }, { _id: 3, a: 2 });
    expect(await collection.updateOne({ a: 1 }, { $set: { b: 1 } })).toMatchObject({
      matchedCount: 1,
      modifiedCount: 1,
    });
    expect(await collection.updateMany({ a: 1 }, { $set: { b: 1 } })).toMatchObject({
      matchedCount: 2,
      modifiedCount: 1,
    });
    expect(await collection.countDocuments({ b: 1 })).toBe(2);
  });

  it('does not find again what it has moved', async () => {
    const collection = await server.seeded(...Array.from({ length: 300 }, (_, i) => ({ n: i })));
    await collection.createIndex({ n: 1 });
    expect(await collection.updateMany({ n: { $gte: 0 } }, { $inc: { n: 1000 } })).toMatchObject({
      modifiedCount: 300,
    });
    expect(await collection.countDocuments({ n: { $gte: 1000, $lt: 1300 } })).toBe(300);
  });
});
