import type { Document } from 'mongodb';
import { describe, expect, it } from 'vitest';
import { connect, type Doc, refusal } from './connect.ts';

type Refusal = readonly [guarantee: string, before: Doc, update: Document, code: number];

const refused: readonly Refusal[] = [
  ['an unknown operator', {}, { $foo: { a: 1 } }, 9],
  ['an operator without fields', {}, { $set: 5 }, 9],
  ['a change of _id', {}, { $set: { _id: 2 } }, 66],
  ['the loss of _id', {}, { $unset: { _id: '' } }, 66],
  ['$push with an unknown clause', {}, { $push: { a: { $each: [1], $foo: 1 } } }, 2],
  ['$inc of a string', { a: 'x' }, { $inc: { a: 1 } }, 14],
  ['$inc by a string', { a: 1 }, { $inc: { a: 'x' } }, 14],
  ['$push to a scalar', { a: 1 }, { $push: { a: 1 } }, 2],
  ['$addToSet to a scalar', { a: 1 }, { $addToSet: { a: 1 } }, 2],
  ['$pull from a scalar', { a: 1 }, { $pull: { a: 1 } }, 2],
  ['a path through a scalar', { a: 1 }, { $set: { 'a.b': 1 } }, 28],
  ['a name as an index', { a: [1] }, { $set: { 'a.b': 1 } }, 28],
  ['one path twice', {}, { $set: { a: 1 }, $inc: { a: 1 } }, 40],
  ['a path and one below it', {}, { $set: { a: 1, 'a.b': 1 } }, 40],
  ['an empty path', {}, { $set: { '': 1 } }, 56],
];

describe('update refusal', () => {
  const server = connect();

  it.each(refused.map((row) => [row[0], row] as const))('refuses %s', async (_, [, before, update, code]) => {
    const collection = await server.seeded({ _id: 1, ...before });
    expect((await refusal(() => collection.updateOne({}, update))).code).toBe(code);
    expect(await collection.findOne()).toEqual({ _id: 1, ...before });
  });
});
