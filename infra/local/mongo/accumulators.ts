import { Double, Int32 } from 'bson';
import { sum } from './arithmetic.ts';
import { encodeValue } from './key-encoding.ts';
import { isNumeric, type Numeric, toDouble } from './numbers.ts';
import { compareValues } from './values.ts';

function extreme(values: readonly unknown[], direction: number): unknown {
  const present = values.filter((value) => value !== undefined && value !== null);
  return (
    present.reduce<unknown>(
      (best, value) => (best === undefined || compareValues(value, best) * direction > 0 ? value : best),
      undefined,
    ) ?? null
  );
}

function total(values: readonly unknown[]): Numeric {
  return values.filter(isNumeric).reduce<Numeric>(sum, new Int32(0));
}

function average(values: readonly unknown[]): Double | null {
  const numbers = values.filter(isNumeric);
  return numbers.length === 0 ? null : new Double(toDouble(total(numbers)) / numbers.length);
}

function distinct(values: readonly unknown[]): unknown[] {
  const kept = new Map<string, unknown>();
  for (const value of values) if (value !== undefined) kept.set(encodeValue(value).toString('latin1'), value);
  return [...kept.values()];
}

/** What a group makes of its documents' values; `undefined` is a missing one. */
export const accumulators: Record<string, (values: readonly unknown[]) => unknown> = {
  $sum: total,
  $avg: average,
  $min: (values) => extreme(values, -1),
  $max: (values) => extreme(values, 1),
  $first: (values) => values[0] ?? null,
  $last: (values) => values.at(-1) ?? null,
  $push: (values) => values.filter((value) => value !== undefined),
  $addToSet: distinct,
};
