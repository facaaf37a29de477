import { Decimal128, Double, Long } from 'mongodb';
import { describe, expect, it } from 'vitest';
import { connect, type Doc, isEmbedded, refusal } from './connect.ts';

const SALES: Doc[] = [
  { _id: 1, item: 'a', price: 10 },
  { _id: 2, item: 'b', price: 20 },
  { _id: 3, item: 'a', price: 5 },
];

const refused: readonly [pipeline: Doc[], code: number][] = [
  [[{ $foo: 1 }], 40_324],
  [[{}], 40_323],
  [[{ $match: {}, $sort: { a: 1 } }], 40_323],
  [[{ $group: { n: { $sum: 1 } } }], 15_955],
  [[{ $group: { _id: 1, n: { $foo: 1 } } }], 15_952],
  [[{ $group: { _id: 1, n: 5 } }], 40_234],
  [[{ $project: { a: { $foo: 1 } } }], 168],
  [[{ $limit: 0 }], 15_958],
  [[{ $bucket: { groupBy: '$price', boundaries: [5, 1] } }], 40_194],
  [[{ $bucket: { groupBy: '$price', boundaries: [1] } }], 40_192],
  [[{ $count: '' }], 40_156],
  [[{ $replaceRoot: { newRoot: '$item' } }], 40_228],
  [[{ $out: 'x' }, { $match: {} }], 40_601],
  [[{ $project: { a: { $eq: [1] } } }], 16_020],
  [[{ $unwind: 'tags' }], 28_818],
  [[{ $sort: { a: 2 } }], 15_975],
  [[{ $changeStream: {} }], 40_573],
];

describe('aggregate', () => {
  const server = connect();

  it.each(refused)('refuses %j', async (pipeline, code) => {
    const collection = await server.seeded(...SALES);
    expect((await refusal(() => collection.aggregate(pipeline).toArray())).code).toBe(code);
  });

  it('keeps exact types where a field only passes through', async () => {
    const exact = { _id: 'x', d: new Double(1), l: Long.fromNumber(2), m: Decimal128.fromString('1.5') };
    const collection = await server.seeded(exact);
    const pipeline = [{ $match: {} }, { $addFields: { n: 1 } }, { $project: { d: 1, l: 1, copy: '$m' } }];
    expect(await collection.aggregate(pipeline, { promoteValues: false }).toArray()).toEqual([
      { _id: 'x', d: new Double(1), l: Long.fromNumber(2), copy: Decimal128.fromString('1.5') },
    ]);
  });

  it('groups numbers of all types together', async () => {
    const collection = await server.seeded({ v: 1 }, { v: Long.fromNumber(1) }, { v: new Double(1) }, { v: '1' });
    const groups = await collection
      .aggregate([{ $group: { _id: '$v', n: { $sum: 1 } } }, { $sort: { n: -1 } }])
      .toArray();
    expect(groups).toEqual([
      { _id: 1, n: 3 },
      { _id: '1', n: 1 },
    ]);
  });

  it.runIf(isEmbedded)('refuses sums of decimals rather than rounding them', async () => {
    const collection = await server.seeded({ v: Decimal128.fromString('0.1') });
    const sum = (): Promise<Doc[]> => collection.aggregate([{ $group: { _id: null, n: { $sum: '$v' } } }]).toArray();
    expect((await refusal(sum)).code).toBe(238);
  });

  it('writes with $out and $merge', async () => {
    const collection = await server.seeded(...SALES);
    await collection.aggregate([{ $match: { item: 'a' } }, { $out: 'written' }]).toArray();
    const written = server.db.collection('written');
    expect(await written.countDocuments()).toBe(2);
    await collection
      .aggregate([
        { $match: { price: { $gt: 5 } } },
        { $project: { merged: { $literal: true } } },
        { $merge: { into: 'written' } },
      ])
      .toArray();
    expect(await written.countDocuments({ merged: true })).toBe(2);
    expect(await written.findOne({ _id: 1 as never })).toMatchObject({ item: 'a', merged: true });
  });

  it('merges as it is told', async () => {
    const source = await server.seeded({ _id: 1, n: 10 }, { _id: 2, n: 20 });
    const merge = async (options: Doc): Promise<Doc[]> => {
      const target = await server.seeded({ _id: 1, old: true });
      await source.aggregate([{ $merge: { into: target.collectionName, ...options } }]).toArray();
      return target.find().sort({ _id: 1 }).toArray();
    };
    expect(await merge({})).toEqual([
      { _id: 1, old: true, n: 10 },
      { _id: 2, n: 20 },
    ]);
    expect(await merge({ whenMatched: 'replace' })).toEqual([
      { _id: 1, n: 10 },
      { _id: 2, n: 20 },
    ]);
    expect(await merge({ whenMatched: 'keepExisting', whenNotMatched: 'discard' })).toEqual([{ _id: 1, old: true }]);
    expect(await merge({ whenMatched: [{ $set: { sum: { $add: ['$$new.n', 1] } } }] })).toMatchObject([
      { _id: 1, old: true, sum: 11 },
      { _id: 2 },
    ]);
    expect((await refusal(() => merge({ whenMatched: 'fail' }))).code).toBe(11_000);
    expect((await refusal(() => merge({ whenNotMatched: 'fail' }))).code).toBe(13_113);
  });

  it('takes a sample', async () => {
    const collection = await server.seeded(...Array.from({ length: 20 }, (_, i) => ({ _id: i })));
    const sample = await collection.aggregate([{ $sample: { size: 5 } }]).toArray();
    expect(new Set(sample.map(({ _id }) => _id)).size).toBe(5);
  });

  it('uses an index for the query that it begins with', async () => {
    const collection = await server.seeded(...SALES);
    await collection.createIndex({ item: 1 });
    expect(JSON.stringify(await collection.aggregate([{ $match: { item: 'a' } }]).explain())).toContain('item_1');
  });

  it('hands out its results in batches', async () => {
    const collection = await server.seeded(...Array.from({ length: 250 }, (_, i) => ({ _id: i })));
    expect(await collection.aggregate([{ $match: {} }], { batchSize: 20 }).toArray()).toHaveLength(250);
  });
});
