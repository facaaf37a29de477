import { Binary, Long } from 'mongodb';
import { describe, expect, it } from 'vitest';
import { connect, refusal } from './connect.ts';

describe('write', () => {
  const server = connect();

  it('upserts with what the filter says', async () => {
    const collection = await server.seeded();
    const filter = { 'a.b': 1, c: { $eq: 2 }, d: { $gt: 5 }, $and: [{ e: { $in: [3] } }] };
    const made = await collection.updateOne(filter, { $set: { f: 4 }, $setOnInsert: { g: 5 } }, { upsert: true });
    expect(made).toMatchObject({ matchedCount: 0, upsertedCount: 1 });
    expect(await collection.findOne({ _id: made.upsertedId as never })).toEqual({
      _id: made.upsertedId,
      a: { b: 1 },
      c: 2,
      e: 3,
      f: 4,
      g: 5,
    });
    await collection.updateOne({ c: 2 }, { $setOnInsert: { g: 99 }, $inc: { f: 1 } }, { upsert: true });
    expect(await collection.findOne({ c: 2 })).toMatchObject({ g: 5, f: 5 });
  });

  it('upserts with the _id of filter or update', async () => {
    const collection = await server.seeded();
    expect((await collection.updateOne({ _id: 'x' as never }, { $set: { a: 1 } }, { upsert: true })).upsertedId).toBe(
      'x',
    );
    expect((await collection.updateOne({ a: 9 }, { $set: { _id: 'y' } }, { upsert: true })).upsertedId).toBe('y');
    expect((await collection.replaceOne({ _id: 'z' as never }, { a: 3 }, { upsert: true })).upsertedId).toBe('z');
    expect(await collection.findOne({ _id: 'z' as never })).toEqual({ _id: 'z', a: 3 });
  });

  it('replaces all but the _id', async () => {
    const collection = await server.seeded({ _id: 1, a: 1, b: 2 });
    expect(await collection.replaceOne({ a: 1 }, { c: 3 })).toMatchObject({ modifiedCount: 1 });
    expect(await collection.findOne()).toEqual({ _id: 1, c: 3 });
    expect((await refusal(() => collection.replaceOne({}, { _id: 2, d: 1 }))).code).toBe(66);
  });

  it('gives the document before or after with findOneAnd…', async () => {
    const collection = await server.seeded({ _id: 1, n: 1 }, { _id: 2, n: 2 });
    expect(await collection.findOneAndUpdate({ n: 2 }, { $inc: { n: 10 } })).toEqual({ _id: 2, n: 2 });
    expect(
      await collection.findOneAndUpdate(
        { _id: 1 as never },
        { $inc: { n: 1 } },
        { returnDocument: 'after', projection: { _id: 0 } },
      ),
    ).toEqual({ n: 2 });
    expect(await collection.findOneAndReplace({ _id: 1 as never }, { r: 1 }, { returnDocument: 'after' })).toEqual({
      _id: 1,
      r: 1,
    });
    expect(await collection.findOneAndUpdate({ n: 99 }, { $set: { a: 1 } })).toBeNull();
    const upserted = await collection.findOneAndUpdate(
      { _id: 7 as never },
      { $set: { a: 1 } },
      { upsert: true, returnDocument: 'after', includeResultMetadata: true },
    );
    expect(upserted).toMatchObject({
      value: { _id: 7, a: 1 },
      lastErrorObject: { n: 1, updatedExisting: false, upserted: 7 },
    });
    expect(await collection.findOneAndUpdate({ _id: 8 as never }, { $set: { a: 1 } }, { upsert: true })).toBeNull();
  });

  it('deletes one, or many', async () => {
    const collection = await server.seeded({ a: 1 }, { a: 1 }, { a: 1 }, { a: 2 });
    expect(await collection.deleteOne({ a: 1 })).toMatchObject({ deletedCount: 1 });
    expect(await collection.deleteMany({ a: 1 })).toMatchObject({ deletedCount: 2 });
    expect(await collection.deleteMany({})).toMatchObject({ deletedCount: 1 });
  });

  it('refuses a second document with the same _id, whatever its number type', async () => {
    const collection = await server.seeded({ _id: 1 });
    const error = await refusal(() => collection.insertOne({ _id: Long.fromNumber(1) } as never));
    expect(error).toMatchObject({ code: 11_000, keyPattern: { _id: 1 } });
    expect(error.message).toContain(
      `E11000 duplicate key error collection: ${collection.namespace} index: _id_ dup key: { _id: 1 }`,
    );
  });

  it('refuses an _id that is an array', async () => {
    const collection = await server.seeded();
    expect(await refusal(() => collection.insertOne({ _id: [1] } as never))).toMatchObject({ code: 53 });
  });

  it('stops an ordered insert at the first error, and an unordered one never', async () => {
    const collection = await server.seeded({ _id: 2 });
    const docs = [{ _id: 1 }, { _id: 2 }, { _id: 3 }] as never[];
    expect(await refusal(() => collection.insertMany(docs))).toMatchObject({
      code: 11_000,
      result: { insertedCount: 1 },
    });
    await collection.deleteMany({ _id: 1 as never });
    expect(await refusal(() => collection.insertMany(docs, { ordered: false }))).toMatchObject({
      code: 11_000,
      result: { insertedCount: 2 },
    });
    expect(await collection.countDocuments()).toBe(3);
  });

  it('does a collection bulkWrite in order, or as far as it goes', async () => {
    const collection = await server.seeded({ _id: 1, a: 1 });
    const result = await collection.bulkWrite([
      { insertOne: { document: { _id: 2 as never, a: 2 } } },
      { updateMany: { filter: {}, update: { $set: { b: 1 } } } },
      { updateOne: { filter: { _id: 9 as never }, update: { $set: { b: 1 } }, upsert: true } },
      { replaceOne: { filter: { _id: 1 as never }, replacement: { c: 1 } } },
      { deleteOne: { filter: { _id: 2 as never } } },
    ]);
    expect(result).toMatchObject({
      insertedCount: 1,
      matchedCount: 3,
      modifiedCount: 3,
      upsertedCount: 1,
      upsertedIds: { 2: 9 },
      deletedCount: 1,
    });
    const failing = [{ insertOne: { document: { _id: 9 as never } } }, { deleteMany: { filter: {} } }];
    expect(await refusal(() => collection.bulkWrite(failing))).toMatchObject({
      code: 11_000,
      result: { deletedCount: 0 },
    });
    expect(await refusal(() => collection.bulkWrite(failing, { ordered: false }))).toMatchObject({
      code: 11_000,
      result: { deletedCount: 2 },
    });
  });

  it('writes and reads blocks of 64 KB by _id', async () => {
    const collection = await server.seeded();
    const blocks = Array.from({ length: 200 }, (_, i) => ({
      _id: `s:${i}`,
      bytes: new Binary(Buffer.alloc(65_536, i)),
    }));
    await collection.insertMany(blocks as never[]);
    const found = await collection.find({ _id: { $in: ['s:7', 's:199', 's:none'] } } as never).toArray();
    expect(found.map(({ _id, bytes }) => [String(_id), bytes.length(), bytes.value()[65_535]])).toEqual([
      ['s:199', 65_536, 199],
      ['s:7', 65_536, 7],
    ]);
    expect(await collection.deleteMany({ _id: { $gte: 's:' } } as never)).toMatchObject({ deletedCount: 200 });
  });

  it('takes an unacknowledged write', async () => {
    const collection = await server.seeded({ _id: 1 });
    await collection.insertOne({ _id: 2 } as never, { writeConcern: { w: 0 } });
    await expect.poll(() => collection.countDocuments()).toBe(2);
  });
});
