import { Binary, Double, Long, ObjectId, UUID } from 'mongodb';
import { describe, expect, it } from 'vitest';
import { connect, type Doc, refusal } from './connect.ts';

const oid = new ObjectId('65f000000000000000000001');
const uuid = new UUID('41853a8c-fcd7-4dd6-9e74-ba26fee7ab24');
const day = new Date('2026-01-02T03:04:05.678Z');

/** The `_id`s of the documents that each filter finds, in order of `_id`. */
const matches: readonly [guarantee: string, docs: unknown[], filter: Doc, found: number[]][] = [
  ['numbers are equal whatever their type', [1, new Double(1), Long.fromNumber(1), '1'], { v: 1 }, [0, 1, 2]],
  [
    'a double is not the int64 beside it',
    [Long.fromString('9007199254740993'), 9_007_199_254_740_992],
    { v: 9_007_199_254_740_992 },
    [1],
  ],
  [
    'a big int64 is not its neighbour',
    [Long.fromString('9007199254740993'), Long.fromString('9007199254740992')],
    { v: Long.fromString('9007199254740993') },
    [0],
  ],
  ['null finds null and missing', [null, undefined, 0, '', false], { v: null }, [0, 1]],
  ['$ne null leaves out null and missing', [null, undefined, 0], { v: { $ne: null } }, [2]],
  ['null finds an array that holds null', [[null], [1], []], { v: null }, [0]],
  ['$in with null finds missing', [undefined, 1, 2], { v: { $in: [null, 2] } }, [0, 2]],
  ['$nin leaves out the listed and keeps missing', [undefined, 1, 2], { v: { $nin: [1] } }, [0, 2]],
  ['$exists tells missing from null', [null, undefined], { v: { $exists: true } }, [0]],
  ['$exists false finds only missing', [null, undefined], { v: { $exists: false } }, [1]],
  ['comparisons stay within a type', [5, '5', null, undefined, day, true], { v: { $gt: 1 } }, [0]],
  ['strings compare by bytes', ['a', 'B', 'b', 'é'], { v: { $gt: 'a' } }, [2, 3]],
  ['$gte null finds null and missing', [null, undefined, 1], { v: { $gte: null } }, [0, 1]],
  ['NaN equals NaN', [Number.NaN, 1], { v: Number.NaN }, [0]],
  ['NaN is not less than a number', [Number.NaN, 1], { v: { $lt: 5 } }, [1]],
  ['a scalar finds arrays that hold it', [[1, 2], 1, [3]], { v: 1 }, [0, 1]],
  ['an array finds itself and an array that holds it', [[1, 2], [[1, 2]], [2, 1], [1, 2, 3]], { v: [1, 2] }, [0, 1]],
  ['a range may be met by two items of an array', [[1, 10], [5], [1, 2]], { v: { $gt: 4, $lt: 3 } }, [0]],
  ['$elemMatch wants one item to meet all', [[1, 10], [5], [1, 2]], { v: { $elemMatch: { $gt: 2, $lt: 9 } } }, [1]],
  ['$size counts items', [[1, 2], [1], 2, [[1, 2]]], { v: { $size: 2 } }, [0]],
  [
    'an embedded document is equal field by field in order',
    [{ a: 1, b: 2 }, { b: 2, a: 1 }, { a: 1 }],
    { v: { a: 1, b: 2 } },
    [0],
  ],
  [
    'a dotted path reaches into documents of arrays',
    [[{ a: 1 }, { a: 2 }], { a: 2 }, [{ a: 3 }], 2],
    { 'v.a': 2 },
    [0, 1],
  ],
  ['a number in a path is an index', [[5, 6], [6, 5], { 1: 6 }], { 'v.1': 6 }, [0, 2]],
  ['a dotted path does not enter arrays of arrays', [[[{ a: 1 }]], [{ a: 1 }]], { 'v.a': 1 }, [1]],
  ['a missing embedded field is null', [{ a: 1 }, { b: 1 }, 5, [{ b: 1 }], []], { 'v.a': null }, [1, 2, 3]],
  [
    '$elemMatch on documents',
    [
      [
        { a: 1, b: 5 },
        { a: 2, b: 1 },
      ],
      [{ a: 1, b: 1 }],
    ],
    { v: { $elemMatch: { a: 1, b: 1 } } },
    [1],
  ],
  ['$not keeps what is missing', [1, 5, undefined], { v: { $not: { $gt: 3 } } }, [0, 2]],
  ['$ne looks at every item', [[1, 2], [2, 3], 1], { v: { $ne: 1 } }, [1]],
  [
    'an ObjectId is equal by value',
    [oid, new ObjectId('65f000000000000000000002'), oid.toHexString()],
    { v: new ObjectId('65f000000000000000000001') },
    [0],
  ],
  ['a date is equal by instant', [day, new Date(0), day.getTime()], { v: new Date(day) }, [0]],
  ['dates compare', [day, new Date(0)], { v: { $gte: new Date('2026-01-01') } }, [0]],
  [
    'a UUID is equal by bytes and subtype',
    [uuid, new Binary(uuid.buffer, 0), uuid.toString()],
    { v: new UUID(uuid.toString()) },
    [0],
  ],
  ['a regular expression finds strings', ['abc', 'xbc', ['zz', 'abd'], 5], { v: /^ab/ }, [0, 2]],
  ['$regex takes options', ['ABC', 'abc', 'b'], { v: { $regex: 'AB', $options: 'i' } }, [0, 1]],
  ['$options m and s', ['a\nb', 'ab'], { v: { $regex: '^b', $options: 'm' } }, [0]],
  ['$in takes regular expressions', ['apple', 'pear', 'fig'], { v: { $in: [/^a/, 'fig'] } }, [0, 2]],
  ['$not takes a regular expression', ['apple', 'pear', undefined], { v: { $not: /^a/ } }, [1, 2]],
  ['$or and $nor', [1, 2, 3], { $or: [{ v: 1 }, { v: 3 }], $nor: [{ v: 3 }] }, [0]],
  ['$and on one field', [1, 5, 9], { $and: [{ v: { $gt: 1 } }, { v: { $lt: 9 } }] }, [1]],
  ['$comment changes nothing', [1], { $comment: 'why', v: 1 }, [0]],
];

const badFilters: readonly [filter: Doc, code: number][] = [
  [{ v: { $foo: 1 } }, 2],
  [{ $foo: 1 }, 2],
  [{ $or: [] }, 2],
  [{ $or: 5 }, 2],
  [{ $and: [1] }, 2],
  [{ v: { $in: 5 } }, 2],
  [{ v: { $size: -1 } }, 2],
  [{ v: { $not: 5 } }, 2],
  [{ v: { $elemMatch: 5 } }, 2],
  [{ v: { $regex: 5 } }, 2],
  [{ v: { $regex: '(' } }, 51_091],
  [{ v: { $options: 'i' } }, 2],
];

describe('query', () => {
  const server = connect();

  it.each(matches)('%s', async (_, values, filter, found) => {
    const collection = await server.seeded(
      ...(values.map((v, i) => (v === undefined ? { _id: i } : { _id: i, v })) as Doc[]),
    );
    const read = async (): Promise<unknown[]> =>
      (await collection.find(filter).sort({ _id: 1 }).toArray()).map(({ _id }) => _id);
    expect(await read()).toEqual(found);
    // An index must change nothing but the speed.
    await collection.createIndex({ v: 1 });
    expect(await read()).toEqual(found);
    await collection.dropIndex('v_1');
    await collection.createIndex({ v: -1, w: 1 });
    expect(await read()).toEqual(found);
  });

  it.each(badFilters)('refuses the filter %j', async (filter, code) => {
    const collection = await server.seeded({ v: 'x' });
    expect((await refusal(() => collection.find(filter).toArray())).code).toBe(code);
    expect((await refusal(() => collection.deleteMany(filter))).code).toBe(code);
  });

  it('refuses a bad filter on a collection that is not there', async () => {
    expect((await refusal(() => server.db.collection('nowhere').findOne({ v: { $foo: 1 } }))).code).toBe(2);
  });

  it('finds nothing in a collection that is not there', async () => {
    expect(await server.db.collection('nowhere').find({}).toArray()).toEqual([]);
    expect(await server.db.collection('nowhere').countDocuments({})).toBe(0);
  });
});
