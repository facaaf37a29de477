import { Decimal128, Double, Int32, Long } from 'bson';
import { mongoError, notSupported } from './errors.ts';
import { isLong, type Numeric, toDouble } from './numbers.ts';

const INT32 = 2n ** 31n;
const INT64 = 2n ** 63n;

function integerOf(value: Numeric): bigint | undefined {
  if (typeof value === 'bigint') return value;
  if (isLong(value)) return value.toBigInt();
  if (value instanceof Int32) return BigInt(value.value);
  return typeof value === 'number' && Number.isInteger(value) && Math.abs(value) < Number(INT32)
    ? BigInt(value)
    : undefined;
}

function narrowest(value: bigint, wide: boolean): Int32 | Long {
  if (!wide && value >= -INT32 && value < INT32) return new Int32(Number(value));
  if (value < -INT64 || value >= INT64) throw mongoError('BadValue', 'the result does not fit into 64 bits');
  return Long.fromBigInt(value);
}

/** Combines two numbers in the wider one's type; int32 grows into int64, which may not overflow. */
function combine(
  a: Numeric,
  b: Numeric,
  whole: (x: bigint, y: bigint) => bigint,
  real: (x: number, y: number) => number,
): Numeric {
  if (a instanceof Decimal128 || b instanceof Decimal128) throw notSupported('arithmetic on decimals');
  const [x, y] = [integerOf(a), integerOf(b)];
  if (x === undefined || y === undefined) return new Double(real(toDouble(a), toDouble(b)));
  return narrowest(whole(x, y), isLong(a) || isLong(b));
}

export function sum(a: Numeric, b: Numeric): Numeric {
  return combine(
    a,
    b,
    (x, y) => x + y,
    (x, y) => x + y,
  );
}

export function product(a: Numeric, b: Numeric): Numeric {
  return combine(
    a,
    b,
    (x, y) => x * y,
    (x, y) => x * y,
  );
}
