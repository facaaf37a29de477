import { Double, Int32, Long, Timestamp } from 'bson';
import { mongoError } from './errors.ts';

/** BSON's numbers, apart from decimal128, which this server refuses. */
export type Numeric = number | bigint | Int32 | Double | Long;

export function isNumeric(value: unknown): value is Numeric {
  if (typeof value === 'number' || typeof value === 'bigint') return true;
  return value instanceof Int32 || value instanceof Double || isLong(value);
}

/** A Timestamp is a Long by inheritance only. */
export function isLong(value: unknown): value is Long {
  return value instanceof Long && !(value instanceof Timestamp);
}

/** A number's exact value; JavaScript orders bigints and doubles against each other without rounding. */
function exact(value: Numeric): number | bigint {
  if (typeof value === 'number' || typeof value === 'bigint') return value;
  return isLong(value) ? value.toBigInt() : value.value;
}

/** The nearest double, whatever the BSON type. */
export function toDouble(value: Numeric): number {
  return Number(exact(value));
}

/** The nearest double and what an int64 has beyond it: together they order all numbers exactly. */
export function doublesOf(value: Numeric): [nearest: number, rest: number] {
  const whole = exact(value);
  const nearest = Number(whole);
  return [nearest, typeof whole === 'bigint' ? Number(whole - BigInt(nearest)) : 0];
}

/** BSON's order over int32, int64 and double: by value, NaN below all others. */
export function compareNumbers(a: Numeric, b: Numeric): number {
  const [x, y] = [exact(a), exact(b)];
  if (Number.isNaN(x) || Number.isNaN(y)) return Number(Number.isNaN(y)) - Number(Number.isNaN(x));
  return x < y ? -1 : Number(x > y);
}

function integerOf(value: Numeric): bigint | undefined {
  if (typeof value === 'bigint') return value;
  if (isLong(value)) return value.toBigInt();
  if (value instanceof Int32) return BigInt(value.value);
  return typeof value === 'number' && value === Math.trunc(value) && Math.abs(value) < 2 ** 31
    ? BigInt(value)
    : undefined;
}

/** Adds two numbers in the wider one's type; int32 grows into int64, which may not overflow. */
export function sum(a: Numeric, b: Numeric): Numeric {
  const [x, y] = [integerOf(a), integerOf(b)];
  if (x === undefined || y === undefined) return new Double(toDouble(a) + toDouble(b));
  const total = x + y;
  if (!isLong(a) && !isLong(b) && total === BigInt.asIntN(32, total)) return new Int32(Number(total));
  if (total === BigInt.asIntN(64, total)) return Long.fromBigInt(total);
  throw mongoError('BadValue', 'the sum does not fit into 64 bits');
}
