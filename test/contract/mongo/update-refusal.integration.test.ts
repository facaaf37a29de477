import type { Document } from 'mongodb';
import { describe, expect, it } from 'vitest';
import { connect, type Doc, refusal } from './connect.ts';

type Refusal = readonly [
  guarantee: string,
  before: Doc,
  update: Document | Document[],
  code: number,
  options?: { filter?: Doc; arrayFilters?: Doc[] },
];

const refused: readonly Refusal[] = [
  ['an unknown operator', {}, { $foo: { a: 1 } }, 9],
  ['an operator without fields', {}, { $set: 5 }, 9],
  ['a change of _id', {}, { $set: { _id: 2 } }, 66],
  ['the loss of _id', {}, { $unset: { _id: '' } }, 66],
  ['a change of _id by pipeline', {}, [{ $set: { _id: 2 } }], 66],
  ['two fields in one array filter', { a: [1] }, { $set: { 'a.$[x]': 1 } }, 9, { arrayFilters: [{ x: 1, y: 1 }] }],
  ['two array filters of one name', { a: [1] }, { $set: { 'a.$[x]': 1 } }, 9, { arrayFilters: [{ x: 1 }, { x: 2 }] }],
  ['$rename to itself', { a: 1 }, { $rename: { a: 'a' } }, 2],
  ['$bit of a fraction', { a: 1.5 }, { $bit: { a: { or: 1 } } }, 2],
  ['$currentDate of a word', {}, { $currentDate: { a: 'now' } }, 2],
  ['$push with an unknown clause', {}, { $push: { a: { $each: [1], $foo: 1 } } }, 2],
  ['$pullAll of a scalar', { a: [1] }, { $pullAll: { a: 1 } }, 2],
  ['$inc of a string', { a: 'x' }, { $inc: { a: 1 } }, 14],
  ['$inc by a string', { a: 1 }, { $inc: { a: 'x' } }, 14],
  ['$push to a scalar', { a: 1 }, { $push: { a: 1 } }, 2],
  ['$addToSet to a scalar', { a: 1 }, { $addToSet: { a: 1 } }, 2],
  ['$pop of a scalar', { a: 1 }, { $pop: { a: 1 } }, 14],
  ['$pop by two', { a: [1] }, { $pop: { a: 2 } }, 9],
  ['$pull from a scalar', { a: 1 }, { $pull: { a: 1 } }, 2],
  ['a path through a scalar', { a: 1 }, { $set: { 'a.b': 1 } }, 28],
  ['a name as an index', { a: [1] }, { $set: { 'a.b': 1 } }, 28],
  ['one path twice', {}, { $set: { a: 1 }, $inc: { a: 1 } }, 40],
  ['a path and one below it', {}, { $set: { a: 1, 'a.b': 1 } }, 40],
  ['an empty path', {}, { $set: { '': 1 } }, 56],
  ['$ without a match', { a: [1] }, { $set: { 'a.$': 1 } }, 2],
  ['$[] on what is no array', { a: 1 }, { $set: { 'a.$[]': 1 } }, 2],
  ['$[name] without a filter', { a: [1] }, { $set: { 'a.$[x]': 1 } }, 2],
  ['an array filter that nothing uses', { a: [1] }, { $set: { b: 1 } }, 9, { arrayFilters: [{ x: 1 }] }],
  ['a stage that updates cannot have', {}, [{ $group: { _id: 1 } }], 72],
];

describe('update refusal', () => {
  const server = connect();

  it.each(refused.map((row) => [row[0], row] as const))(
    'refuses %s',
    async (_, [, before, update, code, options = {}]) => {
      const collection = await server.seeded({ _id: 1, ...before });
      const { filter = {}, ...rest } = options;
      expect((await refusal(() => collection.updateOne(filter, update, rest))).code).toBe(code);
      expect(await collection.findOne()).toEqual({ _id: 1, ...before });
    },
  );
});
