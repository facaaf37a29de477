import { Decimal128, type Document, MaxKey, Timestamp } from 'mongodb';
import { describe, expect, it } from 'vitest';
import { connect, isEmbedded, refusal } from './connect.ts';

/* MongoDB itself refuses these with the same code and message. */
const unknown: readonly [what: string, command: Record<string, unknown>, code: number, message: string][] = [
  ['a command', { fooBar: 1 }, 59, "no such command: 'fooBar'"],
  ['a field of a command', { find: 'c', fooBar: 1 }, 40_415, "BSON field 'find.fooBar' is an unknown field."],
  ['an operator of a filter', { find: 'c', filter: { a: { $foo: 1 } } }, 2, 'unknown operator: $foo'],
  ['a top level operator', { find: 'c', filter: { $foo: 1 } }, 2, 'unknown top level operator: $foo.'],
  [
    'a stage',
    { aggregate: 'c', pipeline: [{ $foo: {} }], cursor: {} },
    40_324,
    "Unrecognized pipeline stage name: '$foo'",
  ],
  [
    'an accumulator',
    { aggregate: 'c', pipeline: [{ $group: { _id: 1, n: { $foo: 1 } } }], cursor: {} },
    15_952,
    "unknown group operator '$foo'",
  ],
  [
    'a modifier',
    { findAndModify: 'c', query: {}, update: { $foo: { a: 1 } } },
    9,
    'Unknown modifier: $foo. Expected a valid update modifier or pipeline-style update specified as an array',
  ],
];

/* MongoDB knows these; the embedded server does not, and says so instead of giving another answer. */
const unsupported: readonly [what: string, command: Record<string, unknown>, code: number][] = [
  ['explain', { explain: { find: 'c' } }, 59],
  ['distinct', { distinct: 'c', key: 'a' }, 59],
  ['statistics', { dbStats: 1 }, 59],
  ['a hint', { find: 'c', hint: 'a_1' }, 40_415],
  ['a collation', { find: 'c', collation: { locale: 'en', strength: 2 } }, 40_415],
  ['$expr', { find: 'c', filter: { $expr: { $gt: ['$a', 1] } } }, 2],
  ['$type', { find: 'c', filter: { a: { $type: 'int' } } }, 2],
  ['$all', { find: 'c', filter: { a: { $all: [1] } } }, 2],
  ['$text', { find: 'c', filter: { $text: { $search: 'x' } } }, 2],
  ['a regular expression that JavaScript reads otherwise', { find: 'c', filter: { a: { $regex: '(?i)x' } } }, 238],
  ['a maximum key', { find: 'c', filter: { a: { $lt: new MaxKey() } } }, 238],
  ['$lookup', { aggregate: 'c', pipeline: [{ $lookup: {} }], cursor: {} }, 40_324],
  ['an expression', { aggregate: 'c', pipeline: [{ $project: { a: { $add: [1, 2] } } }], cursor: {} }, 168],
  ['$rename', { findAndModify: 'c', query: {}, update: { $rename: { a: 'b' } } }, 9],
  ['findAndModify that removes', { findAndModify: 'c', query: {}, remove: true }, 40_415],
  ['findAndModify in an order', { findAndModify: 'c', sort: { a: 1 }, update: { $set: { a: 1 } } }, 40_415],
  ['a positional update', { findAndModify: 'c', query: {}, update: { $set: { 'a.$': 1 } } }, 238],
  ['an update by a pipeline', { findAndModify: 'c', query: {}, update: [{ $set: { a: 1 } }] }, 238],
  ['a nested projection', { find: 'c', projection: { a: { b: 1 } } }, 238],
  ['a variable', { aggregate: 'c', pipeline: [{ $project: { a: '$$ROOT' } }], cursor: {} }, 238],
  [
    '$unwind of what is empty',
    { aggregate: 'c', pipeline: [{ $unwind: { path: '$a', preserveNullAndEmptyArrays: true } }], cursor: {} },
    28_811,
  ],
  ['a positional projection', { find: 'c', projection: { 'a.$': 1 } }, 238],
  ['a text index', { createIndexes: 'c', indexes: [{ key: { a: 'text' }, name: 't' }] }, 238],
  [
    'a partial index',
    { createIndexes: 'c', indexes: [{ key: { a: 1 }, name: 'p', partialFilterExpression: { b: 1 } }] },
    72,
  ],
  ['a capped collection', { create: 'capped', capped: true, size: 4096 }, 40_415],
  ['a transaction', { find: 'c', txnNumber: 1n, startTransaction: true, autocommit: false }, 40_415],
];

describe('refusal', () => {
  const server = connect();

  it.each(unknown)('names %s that MongoDB does not know', async (_, command, code, message) => {
    const error = await refusal(() => server.db.command(command));
    expect(error).toMatchObject({ code });
    expect(error.message).toContain(message);
  });

  it.runIf(isEmbedded).each(unsupported)('does not ignore %s', async (_, command, code) => {
    expect(await refusal(() => server.db.command(command))).toMatchObject({ code });
  });

  it.runIf(isEmbedded).each([
    ['decimal128', Decimal128.fromString('0.1')],
    ['a timestamp', new Timestamp({ t: 1, i: 1 })],
    ['a regular expression', /a/],
  ])('stores no value that it could not compare: %s', async (_, value) => {
    const collection = await server.seeded({ _id: 1 });
    expect((await refusal(() => collection.insertOne({ value }))).code).toBe(238);
    expect((await refusal(() => collection.updateOne({}, { $set: { 'a.b': [value] } }))).code).toBe(238);
    expect(await collection.find().toArray()).toEqual([{ _id: 1 }]);
  });

  it
    .runIf(isEmbedded)
    .each([
      [{ $set: { 'a.0': 5 } }],
      [{ $set: { 'a.0.b': 5 } }],
      [{ $unset: { 'a.0': 1 } }],
      [{ $inc: { 'a.0': 1 } }],
      [{ $pull: { 'a.1': 1 } }],
    ])('changes no single item of an array: %j', async (update: Document) => {
    const collection = await server.seeded({ _id: 1, a: [1, [1]] });
    expect((await refusal(() => collection.updateOne({}, update))).code).toBe(238);
    expect(await collection.findOne()).toEqual({ _id: 1, a: [1, [1]] });
  });

  it.runIf(isEmbedded)('does not ignore array filters or a hint of one statement', async () => {
    const collection = await server.seeded({ _id: 1, a: [1] });
    const update = (options: object) => refusal(() => collection.updateOne({}, { $set: { a: 2 } }, options));
    expect((await update({ arrayFilters: [{ x: 1 }] })).message).toContain("'update.updates.arrayFilters'");
    expect((await update({ hint: 'a_1' })).code).toBe(40_415);
    expect(await collection.findOne()).toEqual({ _id: 1, a: [1] });
  });

  it.runIf(isEmbedded)('indexes several fields only where at most one leads into an array', async () => {
    const collection = await server.seeded({ a: [{ x: 1, y: 1 }] });
    expect((await refusal(() => collection.createIndex({ 'a.x': 1, 'a.y': 1 }))).code).toBe(171);
  });
});
