import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { after, encodeField, encodeValue } from '../../../../infra/local/mongo/key-encoding.ts';
import { compareValues, decode, encode } from '../../../../infra/local/mongo/values.ts';
import { bsonValues } from './bson-values.ts';

const RUNS = { numRuns: 3000 };

describe('index keys', () => {
  it('are in the order of the values, up and down', () => {
    fc.assert(
      fc.property(bsonValues, bsonValues, (a, b) => {
        const order = Math.sign(compareValues(a, b));
        expect(Math.sign(Buffer.compare(encodeValue(a), encodeValue(b)))).toBe(order);
        expect(Math.sign(Buffer.compare(encodeField(a, -1), encodeField(b, -1)))).toBe(order === 0 ? 0 : -order);
      }),
      RUNS,
    );
  });

  it('keep the order of several fields strung together', () => {
    const direction = fc.constantFrom(1, -1);
    fc.assert(
      fc.property(
        fc.tuple(bsonValues, bsonValues),
        fc.tuple(bsonValues, bsonValues),
        direction,
        direction,
        (a, b, first, second) => {
          const key = ([x, y]: [unknown, unknown]): Buffer =>
            Buffer.concat([encodeField(x, first), encodeField(y, second)]);
          const order = compareValues(a[0], b[0]) * first || compareValues(a[1], b[1]) * second;
          expect(Math.sign(Buffer.compare(key(a), key(b))) + 0).toBe(Math.sign(order) + 0);
        },
      ),
      RUNS,
    );
  });

  it('lie between a prefix and what comes after it', () => {
    fc.assert(
      fc.property(bsonValues, bsonValues, (a, b) => {
        const whole = Buffer.concat([encodeValue(a), encodeValue(b)]);
        expect(Buffer.compare(whole, encodeValue(a))).toBe(1);
        expect(Buffer.compare(whole, after(encodeValue(a)))).toBe(-1);
      }),
      RUNS,
    );
  });
});

describe('the order of values', () => {
  it('is total', () => {
    fc.assert(
      fc.property(bsonValues, bsonValues, bsonValues, (a, b, c) => {
        expect(Math.sign(compareValues(a, b)) + Math.sign(compareValues(b, a))).toBe(0);
        const [low, middle, high] = [a, b, c].toSorted(compareValues);
        expect(
          [compareValues(low, middle), compareValues(middle, high), compareValues(low, high)].every(
            (order) => order <= 0,
          ),
        ).toBe(true);
      }),
      RUNS,
    );
  });
});

describe('stored documents', () => {
  it('come back byte for byte', () => {
    fc.assert(
      fc.property(bsonValues, (value) => {
        const bytes = encode({ value });
        expect(Buffer.compare(encode(decode(bytes)), bytes)).toBe(0);
      }),
      RUNS,
    );
  });
});
