import { Binary, Double, Int32, Long, ObjectId } from 'bson';
import * as fc from 'fast-check';

const bytes = (length: number): fc.Arbitrary<Buffer> =>
  fc.uint8Array({ minLength: length, maxLength: length }).map((array) => Buffer.from(array));

/** Numbers that are close to each other across types, where an inexact order would show. */
const closeNumbers = fc.constantFrom(
  new Int32(1),
  new Double(1),
  Long.fromNumber(1),
  new Double(0.1),
  Long.fromString('9007199254740993'),
  Long.fromString('9007199254740992'),
  new Double(9_007_199_254_740_992),
  Long.MAX_VALUE,
  Long.MIN_VALUE,
  new Double(2 ** 63),
  new Double(-0),
  new Double(Number.NaN),
  new Double(Number.POSITIVE_INFINITY),
  new Double(Number.MIN_VALUE),
);

const scalars: fc.Arbitrary<unknown> = fc.oneof(
  closeNumbers,
  fc.integer().map((value) => new Int32(value)),
  fc.double().map((value) => new Double(value)),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map((value) => Long.fromBigInt(value)),
  fc.string({ unit: 'binary' }).map((text) => text.toWellFormed()),
  fc.constantFrom('a', 'a\0', 'a\0b', 'ab', '', '\u{1F600}', '\uFFFD'),
  fc.boolean(),
  fc.constant(null),
  fc.date({ noInvalidDate: true }),
  bytes(12).map((id) => new ObjectId(id)),
  fc.tuple(fc.uint8Array({ maxLength: 20 }), fc.constantFrom(0, 4, 5)).map(([data, type]) => new Binary(data, type)),
);

/** Any BSON value that the server stores, as the server holds it in memory. */
export const bsonValues: fc.Arbitrary<unknown> = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 2, withCrossShrink: true },
    scalars,
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom('a', 'b', 'ab', 'c'), tie('value'), { maxKeys: 3, noNullPrototype: true }),
  ),
})).value;
