import { Decimal128, Double, Int32, Long, ObjectId, Timestamp, UUID } from 'mongodb';
import { describe, expect, it } from 'vitest';
import type { Collection, Document, FindOptions } from 'mongodb';
import { connect, type Doc } from './connect.ts';

interface Options {
  filter?: Doc;
  arrayFilters?: Doc[];
}
type Update = Document | Document[];
type Case = readonly [guarantee: string, before: Doc, update: Update, after: Doc, options?: Options];

const updates: readonly Case[] = [
  ['$set makes the documents on the way', {}, { $set: { 'a.b.c': 1 } }, { a: { b: { c: 1 } } }],
  ['$set adds new fields in the order of their names', {}, { $set: { z: 1, b: 2, a: 3 } }, { a: 3, b: 2, z: 1 }],
  ['$set keeps the place of old fields', { z: 1, a: 1 }, { $set: { a: 2, z: 3 } }, { z: 3, a: 2 }],
  ['$set fills an array up with null', { a: [1] }, { $set: { 'a.3': 4 } }, { a: [1, null, null, 4] }],
  ['$unset takes fields away', { a: 1, b: { c: 1, d: 2 } }, { $unset: { a: '', 'b.c': '' } }, { b: { d: 2 } }],
  ['$unset leaves null in an array', { a: [1, 2, 3] }, { $unset: { 'a.1': 1 } }, { a: [1, null, 3] }],
  ['$inc starts at zero', { a: 5 }, { $inc: { a: -2, b: 1.5 } }, { a: 3, b: 1.5 }],
  ['$mul starts at zero', { a: 5 }, { $mul: { a: 3, b: 2 } }, { a: 15, b: 0 }],
  [
    '$min and $max follow BSON order',
    { a: 5, b: 5, c: 5 },
    { $min: { a: 3, b: 9 }, $max: { c: 'x', d: 1 } },
    { a: 3, b: 5, c: 'x', d: 1 },
  ],
  ['$rename moves', { a: 1, b: { c: 2 } }, { $rename: { a: 'z', 'b.c': 'y' } }, { b: {}, y: 2, z: 1 }],
  ['$rename of a missing field does nothing', { a: 1 }, { $rename: { x: 'y' } }, { a: 1 }],
  ['$bit', { a: 13, b: 1 }, { $bit: { a: { and: 10 }, b: { or: 6 } } }, { a: 8, b: 7 }],
  ['$push appends, or makes the array', { a: [1] }, { $push: { a: [2], b: 1 } }, { a: [1, [2]], b: [1] }],
  ['$push each, at a position', { a: [1, 4] }, { $push: { a: { $each: [2, 3], $position: 1 } } }, { a: [1, 2, 3, 4] }],
  ['$push sorts and slices', { a: [5, 1] }, { $push: { a: { $each: [3], $sort: 1, $slice: 2 } } }, { a: [1, 3] }],
  ['$push keeps the last', { a: [1, 2] }, { $push: { a: { $each: [3], $slice: -2 } } }, { a: [2, 3] }],
  [
    '$push sorts documents',
    { a: [{ n: 2 }] },
    { $push: { a: { $each: [{ n: 3 }, { n: 1 }], $sort: { n: -1 } } } },
    { a: [{ n: 3 }, { n: 2 }, { n: 1 }] },
  ],
  [
    '$addToSet adds what is new',
    { a: [1, { x: 1 }] },
    { $addToSet: { a: { $each: [1, 2, { x: 1 }, 2] } } },
    { a: [1, { x: 1 }, 2] },
  ],
  ['$addToSet takes an array as one value', { a: [1] }, { $addToSet: { a: [1] } }, { a: [1, [1]] }],
  ['$pop takes from either end', { a: [1, 2, 3], b: [1, 2] }, { $pop: { a: -1, b: 1 } }, { a: [2, 3], b: [1] }],
  ['$pull by value', { a: [1, 2, 1], b: ['x'] }, { $pull: { a: 1 } }, { a: [2], b: ['x'] }],
  ['$pull by condition', { a: [1, 5, 9] }, { $pull: { a: { $gte: 5 } } }, { a: [1] }],
  ['$pull by fields of documents', { a: [{ n: 1, m: 1 }, { n: 2 }] }, { $pull: { a: { n: 1 } } }, { a: [{ n: 2 }] }],
  [
    '$pull by either of two conditions',
    { a: [{ n: 1 }, { n: 2 }, { n: 3 }] },
    { $pull: { a: { $or: [{ n: 1 }, { n: 3 }] } } },
    { a: [{ n: 2 }] },
  ],
  ['$pullAll', { a: [1, 2, 3, 1] }, { $pullAll: { a: [1, 3] } }, { a: [2] }],
  [
    '$ changes the item that was found',
    { a: [1, 5, 5] },
    { $set: { 'a.$': 9 } },
    { a: [1, 9, 5] },
    { filter: { a: 5 } },
  ],
  [
    '$ goes on into the item',
    {
      a: [
        { n: 1, v: 0 },
        { n: 2, v: 0 },
      ],
    },
    { $inc: { 'a.$.v': 1 } },
    {
      a: [
        { n: 1, v: 0 },
        { n: 2, v: 1 },
      ],
    },
    { filter: { 'a.n': 2 } },
  ],
  [
    '$ follows $elemMatch',
    { a: [{ n: 1 }, { n: 2, k: 1 }] },
    { $set: { 'a.$.v': 7 } },
    { a: [{ n: 1 }, { n: 2, k: 1, v: 7 }] },
    { filter: { a: { $elemMatch: { n: 2, k: 1 } } } },
  ],
  ['$[] changes every item', { a: [1, 2] }, { $inc: { 'a.$[]': 10 } }, { a: [11, 12] }],
  [
    '$[name] changes what the array filter finds',
    { a: [1, 5, 9] },
    { $set: { 'a.$[big]': 0 } },
    { a: [1, 0, 0] },
    { arrayFilters: [{ big: { $gte: 5 } }] },
  ],
  [
    '$[name] takes alternatives',
    { a: [{ n: 1 }, { n: 2 }, { n: 3 }] },
    { $set: { 'a.$[x].k': 1 } },
    { a: [{ n: 1, k: 1 }, { n: 2 }, { n: 3, k: 1 }] },
    { arrayFilters: [{ $or: [{ 'x.n': 1 }, { 'x.n': { $gt: 2 } }] }] },
  ],
  [
    '$ follows a condition inside $and',
    { a: [1, 5] },
    { $set: { 'a.$': 9 } },
    { a: [1, 9] },
    { filter: { $and: [{ a: 5 }] } },
  ],
  ['$bit xor', { a: 5 }, { $bit: { a: { xor: 1 } } }, { a: 4 }],
  [
    '$[name] reaches into documents',
    {
      a: [
        { n: 1, b: [1, 2] },
        { n: 2, b: [1, 2] },
      ],
    },
    { $mul: { 'a.$[x].b.$[y]': 10 } },
    {
      a: [
        { n: 1, b: [1, 2] },
        { n: 2, b: [1, 20] },
      ],
    },
    { arrayFilters: [{ 'x.n': 2 }, { y: { $gt: 1 } }] },
  ],
  [
    'a pipeline computes from the document',
    { a: 1, b: 2 },
    [{ $set: { sum: { $add: ['$a', '$b'] } } }, { $unset: 'a' }],
    { b: 2, sum: 3 },
  ],
  ['a pipeline may replace', { a: { x: 1 } }, [{ $replaceWith: '$a' }], { x: 1 }],
  ['no operator fields change nothing', { a: 1 }, { $set: {} }, { a: 1 }],
];

async function only(collection: Collection, options: FindOptions): Promise<Doc> {
  return (await collection.findOne({}, options)) ?? {};
}

describe('update', () => {
  const server = connect();

  it.each(updates.map((row) => [row[0], row] as const))('%s', async (_, [, before, update, after, options = {}]) => {
    const collection = await server.seeded({ _id: 1, ...before });
    const { filter = {}, ...rest } = options;
    const result = await collection.updateOne(filter, update, rest);
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
      decimal: Decimal128.fromString('1.10'),
      uuid: new UUID(),
      id: new ObjectId(),
      date: new Date(5),
      time: new Timestamp({ t: 5, i: 6 }),
      text: 'x',
      flag: true,
      nothing: null,
      nested: { double: new Double(2) },
    };
    const collection = await server.seeded({ _id: new Int32(1), ...exact });
    await collection.updateOne({}, { $set: { zz: 'new' } });
    await collection.updateOne({}, [{ $set: { zzz: { $add: ['$int', 1] } } }]);
    const { zz, zzz, _id, ...found } = await only(collection, { promoteValues: false });
    expect(found).toEqual(exact);
    expect([zz, Number(zzz)]).toEqual(['new', 2]);
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

  it('tells the time', async () => {
    const collection = await server.seeded({ _id: 1 });
    const before = Date.now() - 1000;
    await collection.updateOne({}, { $currentDate: { d: true, t: { $type: 'timestamp' } } as Document });
    const found = await collection.findOne();
    expect(found?.['d'].getTime()).toBeGreaterThan(before);
    expect(found?.['t']).toBeInstanceOf(Timestamp);
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
