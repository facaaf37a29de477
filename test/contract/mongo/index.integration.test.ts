import type { CreateIndexesOptions } from 'mongodb';
import { describe, expect, it } from 'vitest';
import { connect, type Doc, refusal } from './connect.ts';

type Keys = Record<string, 1 | -1 | 'text'>;

const uniqueness: readonly [
  guarantee: string,
  key: Keys,
  options: CreateIndexesOptions,
  first: Doc,
  second: Doc,
  clash: boolean,
][] = [
  ['the same value', { a: 1 }, {}, { a: 1 }, { a: 1 }, true],
  ['another value', { a: 1 }, {}, { a: 1 }, { a: 2 }, false],
  ['two missing ones', { a: 1 }, {}, {}, {}, true],
  ['missing and null', { a: 1 }, {}, { a: null }, {}, true],
  ['two missing ones under sparse', { a: 1 }, { sparse: true }, {}, {}, false],
  ['two nulls under sparse', { a: 1 }, { sparse: true }, { a: null }, { a: null }, true],
  ['the same pair', { a: 1, b: -1 }, {}, { a: 1, b: 2 }, { a: 1, b: 2 }, true],
  ['half the pair', { a: 1, b: -1 }, {}, { a: 1, b: 2 }, { a: 1, b: 3 }, false],
  ['one item of an array', { a: 1 }, {}, { a: [1, 2] }, { a: [2, 3] }, true],
  ['the same item twice in one array', { a: 1 }, {}, { a: [1, 1] }, { a: 2 }, false],
  ['a dotted path', { 'a.b': 1 }, {}, { a: { b: 1 } }, { a: { b: 1 } }, true],
];

const refused: readonly [guarantee: string, key: Doc, options: Doc, code: number][] = [
  ['no keys', {}, {}, 67],
  ['a direction of zero', { a: 0 }, {}, 67],
  ['an empty field', { 'a..b': 1 }, {}, 67],
  ['a TTL of several fields', { a: 1, b: 1 }, { expireAfterSeconds: 5 }, 67],
  ['the name of another key', { b: 1 }, { name: 'a_1' }, 86],
  ['the same key under another name', { a: 1 }, { name: 'other' }, 85],
  ['the same name with another option', { a: 1 }, { unique: true }, 86],
];

describe('index', () => {
  const server = connect();

  it.each(uniqueness)('unique: %s', async (_, key, options, first, second, clash) => {
    const collection = await server.seeded(first);
    await collection.createIndex(key, { unique: true, ...options });
    const insert = (): Promise<unknown> => collection.insertOne(second);
    if (!clash) {
      await insert();
      return;
    }
    const error = await refusal(insert);
    expect(error).toMatchObject({ code: 11_000, keyPattern: key });
    expect(await collection.countDocuments()).toBe(1);
    const other = await collection.insertOne({ ...second, a: 'other', on: false });
    const update = await refusal(() => collection.replaceOne({ _id: other.insertedId }, second));
    expect(update.code).toBe(11_000);
    expect(await collection.findOne({ _id: other.insertedId })).toMatchObject({ a: 'other' });
  });

  it('tells the key and value of a duplicate', async () => {
    const collection = await server.seeded({ slug: 'acme', n: 1 });
    await collection.createIndex({ slug: 1, n: -1 }, { unique: true });
    const error = await refusal(() => collection.insertOne({ slug: 'acme', n: 1 }));
    expect(error).toMatchObject({ code: 11_000, keyPattern: { slug: 1, n: -1 }, keyValue: { slug: 'acme', n: 1 } });
    expect(error.message).toContain(
      `E11000 duplicate key error collection: ${collection.namespace} index: slug_1_n_-1 dup key: { slug: "acme", n: 1 }`,
    );
  });

  it('is not made over duplicates', async () => {
    const collection = await server.seeded({ a: 1 }, { a: 1 });
    expect((await refusal(() => collection.createIndex({ a: 1 }, { unique: true }))).code).toBe(11_000);
    expect(await collection.indexes()).toHaveLength(1);
  });

  it('lets a value go when its document goes', async () => {
    const collection = await server.seeded({ _id: 1, a: 1 });
    await collection.createIndex({ a: 1 }, { unique: true });
    await collection.deleteOne({ a: 1 });
    await collection.insertOne({ a: 1 });
    await collection.updateOne({ a: 1 }, { $set: { a: 2 } });
    await collection.insertOne({ a: 1 });
    expect(await collection.countDocuments({ a: { $in: [1, 2] } })).toBe(2);
  });

  it.each(refused)('refuses %s', async (_, key, options, code) => {
    const collection = await server.seeded({ x: 1 });
    await collection.createIndex({ a: 1 });
    expect((await refusal(() => collection.createIndex(key as Keys, options))).code).toBe(code);
  });

  it('refuses parallel arrays', async () => {
    const collection = await server.seeded();
    await collection.createIndex({ a: 1, b: 1 });
    expect((await refusal(() => collection.insertOne({ a: [1, 2], b: [3, 4] }))).code).toBe(171);
  });

  it('is made, listed and dropped', async () => {
    const collection = await server.seeded({ a: 1 });
    expect(await collection.createIndex({ a: 1 })).toBe('a_1');
    expect(await collection.createIndex({ a: 1 })).toBe('a_1');
    expect(await collection.createIndexes([{ key: { b: -1 } }, { key: { c: 1, d: 1 }, name: 'cd' }])).toEqual([
      'b_-1',
      'cd',
    ]);
    expect((await collection.indexes()).map(({ name, key }) => [name, key])).toEqual([
      ['_id_', { _id: 1 }],
      ['a_1', { a: 1 }],
      ['b_-1', { b: -1 }],
      ['cd', { c: 1, d: 1 }],
    ]);
    await collection.dropIndex('cd');
    expect(await collection.indexExists('cd')).toBe(false);
    expect((await refusal(() => collection.dropIndex('cd'))).code).toBe(27);
    expect((await refusal(() => collection.dropIndex('_id_'))).code).toBe(72);
    await collection.dropIndexes();
    expect(await collection.indexes()).toHaveLength(1);
    expect((await refusal(() => server.db.collection('nowhere').indexes())).code).toBe(26);
  });

  it('gives the same answers over arrays as without an index', async () => {
    const collection = await server.seeded(
      {
        _id: 1,
        a: [
          { x: 1, y: 2 },
          { x: 3, y: 4 },
        ],
      },
      { _id: 2, a: { x: 1, y: 4 } },
      { _id: 3, a: [] },
    );
    const filters: Doc[] = [
      { 'a.x': 1, 'a.y': 4 },
      { 'a.x': { $gt: 2, $lt: 2 } },
      { 'a.x': { $gt: 0, $lt: 2 } },
      { a: [] },
      { 'a.x': null },
    ];
    const read = (): Promise<unknown[]> =>
      Promise.all(
        filters.map(async (filter) => (await collection.find(filter).sort({ _id: 1 }).toArray()).map(({ _id }) => _id)),
      );
    const before = await read();
    await collection.createIndex({ 'a.x': 1 });
    await collection.createIndex({ a: 1 });
    expect(await read()).toEqual(before);
    expect(before[0]).toEqual([1, 2]);
  });
});
