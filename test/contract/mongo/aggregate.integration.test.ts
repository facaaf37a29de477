import { Double, Long } from 'mongodb';
import { describe, expect, it } from 'vitest';
import { connect, type Doc, refusal } from './connect.ts';

const sales: Doc[] = [
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
  [[{ $count: '' }], 40_156],
  [[{ $unwind: 'tags' }], 28_818],
  [[{ $sort: { a: 2 } }], 15_975],
];

const results: readonly [guarantee: string, pipeline: Doc[], results: Doc[]][] = [
  [
    'sums, averages, counts and finds the extremes of a group',
    [
      {
        $group: {
          _id: '$item',
          sum: { $sum: '$price' },
          mean: { $avg: '$price' },
          least: { $min: '$price' },
          most: { $max: '$price' },
          n: { $sum: 1 },
          count: { $count: {} },
        },
      },
      { $sort: { _id: 1 } },
    ],
    [
      { _id: 'a', sum: 15, mean: 7.5, least: 5, most: 10, n: 2, count: 2 },
      { _id: 'b', sum: 20, mean: 20, least: 20, most: 20, n: 1, count: 1 },
    ],
  ],
  [
    'keeps the first, the last and all values of a group, in order',
    [
      { $sort: { _id: -1 } },
      { $group: { _id: null, first: { $first: '$_id' }, last: { $last: '$_id' }, all: { $push: '$item' } } },
    ],
    [{ _id: null, first: 3, last: 1, all: ['a', 'b', 'a'] }],
  ],
  [
    'filters, sorts, skips, limits and shapes',
    [
      { $match: { price: { $gt: 4 } } },
      { $sort: { price: -1 } },
      { $skip: 1 },
      { $limit: 1 },
      { $project: { _id: 0, what: '$item', fixed: { $literal: '$x' } } },
    ],
    [{ what: 'a', fixed: '$x' }],
  ],
  [
    'unwinds a list and drops documents without one',
    [
      { $group: { _id: null, all: { $push: '$price' } } },
      { $unwind: '$all' },
      { $sort: { all: 1 } },
      { $project: { _id: 0 } },
    ],
    [{ all: 5 }, { all: 10 }, { all: 20 }],
  ],
  ['counts', [{ $match: { item: 'a' } }, { $count: 'n' }], [{ n: 2 }]],
  ['counts nothing as no document', [{ $match: { item: 'z' } }, { $count: 'n' }], []],
];

describe('aggregate', () => {
  const server = connect();

  it.each(refused)('refuses %j', async (pipeline, code) => {
    const collection = await server.seeded(...sales);
    expect((await refusal(() => collection.aggregate(pipeline).toArray())).code).toBe(code);
  });

  it.each(results)('%s', async (_, pipeline, expected) => {
    const collection = await server.seeded(...sales);
    expect(await collection.aggregate(pipeline).toArray()).toEqual(expected);
  });

  it('keeps exact types where a field only passes through', async () => {
    const exact = { _id: 'x', d: new Double(1), l: Long.fromNumber(2) };
    const collection = await server.seeded(exact);
    const pipeline = [{ $match: {} }, { $project: { d: 1, l: 1, copy: '$l' } }];
    expect(await collection.aggregate(pipeline, { promoteValues: false }).toArray()).toEqual([
      { _id: 'x', d: new Double(1), l: Long.fromNumber(2), copy: Long.fromNumber(2) },
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

  it('hands out its results in batches', async () => {
    const collection = await server.seeded(...Array.from({ length: 250 }, (_, i) => ({ _id: i })));
    expect(await collection.aggregate([{ $match: {} }], { batchSize: 20 }).toArray()).toHaveLength(250);
  });
});
