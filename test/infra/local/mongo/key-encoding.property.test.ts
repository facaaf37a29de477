import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { after, encodeValue } from '../../../../infra/local/mongo/key-encoding.ts';
import { compareValues, decode, encode } from '../../../../infra/local/mongo/values.ts';
import { bsonValues } from './bson-values.ts';
import { runs } from '../../../runs.ts';

const tried = { numRuns: runs(500) };

describe('index keys', () => {
  it('are in the order of the values', () => {
    fc.assert(
      fc.property(bsonValues, bsonValues, (a, b) => {
        const order = Math.sign(compareValues(a, b));
        expect(Math.sign(Buffer.compare(encodeValue(a), encodeValue(b)))).toBe(order);
      }),
      tried,
    );
  });

  it('keep the order of several fields strung together', () => {
    const pair = fc.tuple(bsonValues, bsonValues);
    fc.assert(
      fc.property(pair, pair, (a, b) => {
        const key = ([x, y]: [unknown, unknown]): Buffer => Buffer.concat([encodeValue(x), encodeValue(y)]);
        const order = compareValues(a[0], b[0]) || compareValues(a[1], b[1]);
        expect(Math.sign(Buffer.compare(key(a), key(b)))).toBe(Math.sign(order));
      }),
      tried,
    );
  });

  it('lie between a prefix and what comes after it', () => {
    fc.assert(
      fc.property(bsonValues, bsonValues, (a, b) => {
        const whole = Buffer.concat([encodeValue(a), encodeValue(b)]);
        expect(Buffer.compare(whole, encodeValue(a))).toBe(1);
        expect(Buffer.compare(whole, after(encodeValue(a)))).toBe(-1);
      }),
      tried,
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
      tried,
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
      tried,
    );
  });
});
