import { Double, Int32, Long } from 'bson';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Collection } from '../../../../infra/local/mongo/collection.ts';
import { MongoError } from '../../../../infra/local/mongo/errors.ts';
import { insertDocument } from '../../../../infra/local/mongo/modify.ts';
import { runQuery } from '../../../../infra/local/mongo/query.ts';
import { type SortField, sortBy } from '../../../../infra/local/mongo/sort.ts';
import { Storage } from '../../../../infra/local/mongo/storage.ts';
import { compareValues, type Doc } from '../../../../infra/local/mongo/values.ts';
import { runs } from '../../../runs.ts';

const scalar = fc.constantFrom<unknown[]>(
  new Int32(1),
  new Double(2),
  Long.fromNumber(2),
  new Int32(3),
  'x',
  'y',
  null,
  true,
  new Double(Number.NaN),
);
const inner = fc.record({ x: scalar, y: scalar }, { requiredKeys: [] });
const value = fc.oneof(
  scalar,
  inner,
  fc.array(fc.oneof(scalar, inner), { maxLength: 3 }),
  fc.array(inner, { minLength: 2, maxLength: 3 }),
);
const docs = fc.array(fc.record({ a: value, b: value }, { requiredKeys: [] }), { minLength: 1, maxLength: 12 });
const path = fc.constantFrom('a', 'b', 'a.x', 'a.y');
const condition = fc.oneof(
  scalar,
  fc
    .tuple(fc.constantFrom('$gt', '$gte', '$lt', '$lte', '$eq', '$ne'), scalar)
    .map(([name, operand]) => ({ [name]: operand })),
  fc.tuple(scalar, scalar).map(([low, high]) => ({ $gt: low, $lte: high })),
  fc.array(scalar, { maxLength: 3 }).map((items) => ({ $in: items })),
  fc.boolean().map((there) => ({ $exists: there })),
);
const filter = fc.oneof(
  fc.dictionary(path, condition, { maxKeys: 3, noNullPrototype: true }),
  // Two conditions into one array, which two of its items may meet.
  fc.record({ 'a.x': condition, 'a.y': condition }),
);
const direction = fc.constantFrom<(1 | -1)[]>(1, -1);
const sort = fc.uniqueArray(fc.tuple(path, direction), { maxLength: 2, selector: ([name]) => name });
const options = fc.constantFrom<Doc[]>({}, { sparse: true });
const index = fc.tuple(
  fc.uniqueArray(fc.tuple(path, direction), { minLength: 1, maxLength: 3, selector: ([name]) => name }),
  options,
);

/** False for an index that cannot be, as two arrays of one document cannot be in one. */
function isIndexed(storage: Storage, collection: Collection, keys: readonly SortField[], spec: Doc): boolean {
  try {
    storage.addIndex(collection, {
      key: Object.fromEntries(keys.map(([name, turn]) => [name, new Int32(turn)])),
      ...spec,
    });
    return true;
  } catch (error) {
    if (error instanceof MongoError && error.code === 171) return false;
    throw error;
  }
}

describe('an index', () => {
  it('changes neither what a query finds nor its order', () => {
    fc.assert(
      fc.property(
        docs,
        filter,
        sort,
        fc.array(index, { minLength: 1, maxLength: 3 }),
        (contents, wanted, order, indexes) => {
          const storage = new Storage(':memory:');
          const target = { storage, db: 'test', name: 'c' };
          for (const [i, doc] of contents.entries()) insertDocument(target, { _id: new Int32(i), ...doc });
          const collection = storage.collection('test', 'c');
          if (!collection) throw new Error('no collection');
          const read = (by: readonly SortField[]): Doc[] =>
            Array.from(runQuery(collection, { filter: wanted, sort: [...by, ['_id', 1]] }), ({ doc }) => doc);
          const before = read(order);
          fc.pre(
            indexes.every(([keys, extra], i) => isIndexed(storage, collection, keys, { name: `i${i}`, ...extra })),
          );
          const found = read(order);
          const unsorted = Array.from(runQuery(collection, { filter: wanted }), ({ doc }) => doc['_id']).toSorted(
            compareValues,
          );
          const partlySorted = Array.from(runQuery(collection, { filter: wanted, sort: order }), ({ doc }) => doc);
          storage.close();
          expect(found).toEqual(before);
          expect(unsorted).toEqual(before.map(({ _id }) => _id).toSorted(compareValues));
          expect(partlySorted.map(({ _id }) => _id).toSorted(compareValues)).toEqual(unsorted);
          expect(sortBy(partlySorted, order, (doc) => doc)).toEqual(partlySorted);
        },
      ),
      { numRuns: runs(300) },
    );
  });
});
