import { BSONRegExp, Int32 } from 'bson';
import { describe, expect, it } from 'vitest';
import { Index } from '../../../../infra/local/mongo/indexes.ts';
import { planQuery } from '../../../../infra/local/mongo/planner.ts';
import type { SortField } from '../../../../infra/local/mongo/sort.ts';
import type { Doc } from '../../../../infra/local/mongo/values.ts';

const index = (key: Record<string, number>, options: Doc = {}, multikey = false): Index =>
  new Index(
    1,
    {
      key: Object.fromEntries(Object.entries(key).map(([path, direction]) => [path, new Int32(direction)])),
      name: Object.keys(key).join('-'),
      ...options,
    },
    multikey,
  );

const all = [
  index({ a: 1 }),
  index({ a: 1, b: -1 }),
  index({ c: 1 }, { sparse: true }),
  index({ 'm.x': 1, 'm.y': 1 }, {}, true),
];

const plans: readonly [
  guarantee: string,
  filter: Doc,
  sort: SortField[],
  chosen: string | undefined,
  ranges: number,
  sorted: boolean,
][] = [
  ['equality takes an index', { a: 1 }, [], 'a', 1, true],
  ['the longer equality prefix wins', { a: 1, b: 2 }, [], 'a-b', 1, true],
  ['a range behind an equality counts', { a: 1, b: { $gt: 2 } }, [], 'a-b', 1, true],
  ['each value of $in is a range', { a: { $in: [1, 2, 3] } }, [], 'a', 3, true],
  ['clauses of $and count', { $and: [{ a: 1 }, { b: 2 }] }, [], 'a-b', 1, true],
  ['clauses of $or do not', { $or: [{ a: 1 }, { b: 2 }] }, [], undefined, 0, true],
  ['a negation takes no index', { a: { $ne: 1 } }, [], undefined, 0, true],
  ['a regular expression takes no index', { a: new BSONRegExp('x') }, [], undefined, 0, true],
  ['an array takes no index', { a: [1] }, [], undefined, 0, true],
  ['order comes from an index', {}, [['a', 1]], 'a', 1, true],
  ['order comes from an index backwards', { a: 1 }, [['b', 1]], 'a-b', 1, true],
  ['order behind several ranges is not the order', { a: { $in: [1, 2] } }, [['b', 1]], 'a', 2, false],
  [
    'one direction finds an index, whatever the directions of its key',
    {},
    [
      ['a', 1],
      ['b', 1],
    ],
    'a-b',
    1,
    true,
  ],
  [
    'mixed directions are sorted after reading',
    {},
    [
      ['a', -1],
      ['b', 1],
    ],
    undefined,
    0,
    false,
  ],
  ['a sparse index does not answer for null', { c: null }, [], undefined, 0, true],
  ['a sparse index answers for a value', { c: 1 }, [], 'c', 1, true],
  ['a sparse index gives no order', {}, [['c', 1]], undefined, 0, false],
  ['a multikey index answers for both of its fields', { 'm.x': 1, 'm.y': 1 }, [], 'm.x-m.y', 1, true],
  ['a multikey index gives no order', {}, [['m.x', 1]], undefined, 0, false],
];

describe('planner', () => {
  it.each(plans)('%s', (_, filter, sort, chosen, ranges, sorted) => {
    const plan = planQuery(all, filter, sort);
    expect({ chosen: plan.index?.name, ranges: plan.ranges.length, sorted: plan.sorted }).toEqual({
      chosen,
      ranges,
      sorted,
    });
  });

  it('holds a range of a multikey index at one end only', () => {
    const filter = { 'm.x': { $gt: 5, $lt: 3 } };
    const [range] = planQuery(all, filter, []).ranges;
    expect(Buffer.compare(range?.low ?? Buffer.alloc(0), range?.high ?? Buffer.alloc(0))).toBe(-1);
  });
});
