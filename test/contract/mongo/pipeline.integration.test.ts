import { describe, expect, it } from 'vitest';
import { connect, type Doc } from './connect.ts';

const SALES = [
  { _id: 1, item: 'a', price: 10, qty: 2, tags: ['x', 'y'], at: new Date('2026-01-01T10:00:00Z') },
  { _id: 2, item: 'b', price: 20, qty: 1, tags: [], at: new Date('2026-01-02T10:00:00Z') },
  { _id: 3, item: 'a', price: 5, qty: 10, tags: ['y'], at: new Date('2026-02-01T10:00:00Z') },
  { _id: 4, item: null, price: 1, qty: 1, at: new Date('2026-02-02T10:00:00Z') },
  { _id: 5, price: 2.5, qty: 4, tags: 'z' },
];

const pipelines: readonly [guarantee: string, pipeline: Doc[], results: Doc[]][] = [
  [
    '$match, $sort, $skip and $limit',
    [
      { $match: { price: { $gte: 5 } } },
      { $sort: { price: -1 } },
      { $skip: 1 },
      { $limit: 1 },
      { $project: { _id: 1 } },
    ],
    [{ _id: 1 }],
  ],
  [
    '$group sums, null and missing together',
    [{ $group: { _id: '$item', n: { $sum: 1 }, qty: { $sum: '$qty' } } }, { $sort: { _id: 1 } }],
    [
      { _id: null, n: 2, qty: 5 },
      { _id: 'a', n: 2, qty: 12 },
      { _id: 'b', n: 1, qty: 1 },
    ],
  ],
  [
    '$group by a document',
    [
      { $match: { item: 'a' } },
      { $group: { _id: { i: '$item' }, total: { $sum: { $multiply: ['$price', '$qty'] } } } },
    ],
    [{ _id: { i: 'a' }, total: 70 }],
  ],
  [
    'accumulators',
    [
      { $sort: { _id: 1 } },
      {
        $group: {
          _id: null,
          avg: { $avg: '$qty' },
          min: { $min: '$price' },
          max: { $max: '$price' },
          first: { $first: '$_id' },
          last: { $last: '$_id' },
          all: { $push: '$item' },
          n: { $count: {} },
        },
      },
    ],
    [{ _id: null, avg: 3.6, min: 1, max: 20, first: 1, last: 5, all: ['a', 'b', 'a', null], n: 5 }],
  ],
  [
    '$addToSet of a group',
    [{ $group: { _id: null, items: { $addToSet: '$item' } } }, { $project: { n: { $size: '$items' }, _id: 0 } }],
    [{ n: 3 }],
  ],
  [
    '$project computes',
    [
      { $match: { _id: 1 } },
      {
        $project: {
          _id: 0,
          sum: { $add: ['$price', '$qty'] },
          big: { $gt: ['$price', 5] },
          name: { $concat: ['i-', '$item'] },
          up: { $toUpper: '$item' },
          kind: { $cond: [{ $eq: ['$item', 'a'] }, 'A', 'other'] },
        },
      },
    ],
    [{ sum: 12, big: true, name: 'i-a', up: 'A', kind: 'A' }],
  ],
  [
    '$project leaves missing fields out',
    [{ $match: { _id: 5 } }, { $project: { item: 1, copy: '$item', known: { $ifNull: ['$item', 'none'] } } }],
    [{ _id: 5, known: 'none' }],
  ],
  [
    '$addFields merges into documents',
    [{ $match: { _id: 1 } }, { $project: { o: { a: '$qty' } } }, { $addFields: { o: { b: 1 }, 'o.c': 2 } }],
    [{ _id: 1, o: { a: 2, b: 1, c: 2 } }],
  ],
  ['$unset', [{ $match: { _id: 2 } }, { $unset: ['tags', 'at', 'price'] }], [{ _id: 2, item: 'b', qty: 1 }]],
  [
    '$unwind',
    [{ $sort: { _id: 1 } }, { $unwind: '$tags' }, { $project: { tags: 1 } }],
    [
      { _id: 1, tags: 'x' },
      { _id: 1, tags: 'y' },
      { _id: 3, tags: 'y' },
      { _id: 5, tags: 'z' },
    ],
  ],
  [
    '$unwind keeps the empty when told to',
    [
      { $match: { _id: { $in: [2, 4] } } },
      { $unwind: { path: '$tags', preserveNullAndEmptyArrays: true, includeArrayIndex: 'i' } },
      { $project: { tags: 1, i: 1 } },
      { $sort: { _id: 1 } },
    ],
    [
      { _id: 2, i: null },
      { _id: 4, i: null },
    ],
  ],
  ['$count', [{ $match: { item: 'a' } }, { $count: 'n' }], [{ n: 2 }]],
  ['$count of nothing is nothing', [{ $match: { item: 'zzz' } }, { $count: 'n' }], []],
  [
    '$sortByCount',
    [{ $match: { item: { $ne: null } } }, { $sortByCount: '$item' }],
    [
      { _id: 'a', count: 2 },
      { _id: 'b', count: 1 },
    ],
  ],
  ['$replaceRoot', [{ $match: { _id: 1 } }, { $replaceRoot: { newRoot: { q: '$qty' } } }], [{ q: 2 }]],
  [
    '$facet',
    [{ $facet: { n: [{ $count: 'n' }], top: [{ $sort: { price: -1 } }, { $limit: 1 }, { $project: { price: 1 } }] } }],
    [{ n: [{ n: 5 }], top: [{ _id: 2, price: 20 }] }],
  ],
  [
    '$bucket',
    [{ $bucket: { groupBy: '$price', boundaries: [0, 5, 50], output: { n: { $sum: 1 } } } }],
    [
      { _id: 0, n: 2 },
      { _id: 5, n: 3 },
    ],
  ],
  [
    'missing is less than null in an expression',
    [{ $match: { _id: { $in: [4, 5] } } }, { $sort: { _id: 1 } }, { $project: { same: { $eq: ['$item', null] } } }],
    [
      { _id: 4, same: true },
      { _id: 5, same: false },
    ],
  ],
  [
    '$setWindowFields runs a total',
    [
      { $match: { _id: { $lte: 3 } } },
      {
        $setWindowFields: {
          partitionBy: '$item',
          sortBy: { _id: 1 },
          output: { total: { $sum: '$qty', window: { documents: ['unbounded', 'current'] } } },
        },
      },
      { $project: { total: 1 } },
      { $sort: { _id: 1 } },
    ],
    [
      { _id: 1, total: 2 },
      { _id: 2, total: 1 },
      { _id: 3, total: 12 },
    ],
  ],
  [
    '$$ROOT and $let',
    [
      { $match: { _id: 2 } },
      { $project: { _id: 0, root: '$$ROOT.item', v: { $let: { vars: { p: '$price' }, in: { $add: ['$$p', 1] } } } } },
    ],
    [{ root: 'b', v: 21 }],
  ],
  [
    '$type',
    [
      { $match: { _id: 5 } },
      {
        $project: {
          _id: 0,
          t: { $type: '$price' },
        },
      },
    ],
    [{ t: 'double' }],
  ],
  [
    '$literal is taken as it is',
    [{ $match: { _id: 1 } }, { $project: { _id: 0, l: { $literal: '$item' } } }],
    [{ l: '$item' }],
  ],
  [
    '$unionWith',
    [
      { $match: { _id: 1 } },
      { $unionWith: { coll: 'others', pipeline: [{ $match: { k: 'a' } }] } },
      { $project: { _id: 1 } },
    ],
    [{ _id: 1 }, { _id: 'o1' }],
  ],
  [
    '$lookup by field',
    [
      { $match: { _id: { $in: [1, 4] } } },
      { $lookup: { from: 'others', localField: 'item', foreignField: 'k', as: 'o' } },
      { $project: { o: 1 } },
      { $sort: { _id: 1 } },
    ],
    [
      { _id: 1, o: [{ _id: 'o1', k: 'a', n: 1 }] },
      { _id: 4, o: [{ _id: 'o3', n: 3 }] },
    ],
  ],
  [
    '$lookup by pipeline',
    [
      { $match: { _id: 3 } },
      {
        $lookup: {
          from: 'others',
          let: { q: '$qty' },
          pipeline: [{ $match: { $expr: { $lt: ['$n', '$$q'] } } }, { $count: 'n' }],
          as: 'o',
        },
      },
      { $project: { o: 1 } },
    ],
    [{ _id: 3, o: [{ n: 3 }] }],
  ],
];

describe('pipeline', () => {
  const server = connect();

  it.each(pipelines)('%s', async (_, pipeline, results) => {
    const collection = await server.seeded(...SALES);
    const others = server.db.collection<Doc>('others');
    await others.deleteMany({});
    await others.insertMany([
      { _id: 'o1', k: 'a', n: 1 },
      { _id: 'o2', k: 'b', n: 2 },
      { _id: 'o3', n: 3 },
    ] as never[]);
    expect(await collection.aggregate(pipeline).toArray()).toEqual(results);
  });
});
