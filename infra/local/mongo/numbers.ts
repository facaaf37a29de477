import { Decimal128, Double, Int32, Long, Timestamp } from 'bson';

export type Numeric = number | bigint | Int32 | Double | Long | Decimal128;

/** An exact fraction; `d` is positive. */
interface Fraction {
  n: bigint;
  d: bigint;
}

export function isNumeric(value: unknown): value is Numeric {
  if (typeof value === 'number' || typeof value === 'bigint') return true;
  return value instanceof Int32 || value instanceof Double || isLong(value) || value instanceof Decimal128;
}

/** A Timestamp is a Long by inheritance only. */
export function isLong(value: unknown): value is Long {
  return value instanceof Long && !(value instanceof Timestamp);
}

/** The nearest double, whatever the BSON type. */
export function toDouble(value: Numeric): number {
  if (typeof value === 'number') return value;
  if (typeof value === 'bigint') return Number(value);
  if (value instanceof Int32 || value instanceof Double) return value.value;
  if (value instanceof Decimal128) return Number(value.toString());
  return Number(value.toBigInt());
}

function isDoubleExact(value: Numeric): boolean {
  return typeof value === 'number' || value instanceof Int32 || value instanceof Double;
}

function fractionOfDouble(value: number): Fraction {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  const bits = view.getBigUint64(0);
  const exponent = Number((bits >> 52n) & 0x7ffn);
  const mantissa = (bits & 0xfffffffffffffn) | (exponent === 0 ? 0n : 1n << 52n);
  const power = Math.max(exponent, 1) - 1075;
  const signed = bits >> 63n ? -mantissa : mantissa;
  return power >= 0 ? { n: signed << BigInt(power), d: 1n } : { n: signed, d: 1n << BigInt(-power) };
}

function fractionOf(value: Numeric): Fraction {
  if (typeof value === 'bigint') return { n: value, d: 1n };
  if (isLong(value)) return { n: value.toBigInt(), d: 1n };
  if (!(value instanceof Decimal128)) return fractionOfDouble(toDouble(value));
  const [digits = '0', exponent = '0'] = value.toString().split('E');
  const [whole = '0', decimals = ''] = digits.split('.');
  const power = Number(exponent) - decimals.length;
  const n = BigInt(whole + decimals);
  return power >= 0 ? { n: n * 10n ** BigInt(power), d: 1n } : { n, d: 10n ** BigInt(-power) };
}

function doubleOf({ n, d }: Fraction): number {
  if (n === 0n) return 0;
  const size = n < 0n ? -n : n;
  const shift = d.toString(2).length - size.toString(2).length + 64;
  const scaled = shift >= 0 ? (size << BigInt(shift)) / d : size / (d << BigInt(-shift));
  const result = Number(scaled) * 2 ** -shift;
  return n < 0n ? -result : result;
}

/**
 * What is left of a number beyond each nearest double, first to third: together they order all finite BSON numbers
 * exactly (34 decimal digits are fewer than the 159 bits of three doubles).
 */
export function doublesOf(value: Numeric): [number, number, number] {
  const first = toDouble(value);
  if (isDoubleExact(value) || !Number.isFinite(first)) return [first, 0, 0];
  let rest = minus(fractionOf(value), fractionOfDouble(first));
  const second = doubleOf(rest);
  rest = minus(rest, fractionOfDouble(second));
  return [first, second, doubleOf(rest)];
}

function minus(a: Fraction, b: Fraction): Fraction {
  return { n: a.n * b.d - b.n * a.d, d: a.d * b.d };
}

/** BSON's order over int32, int64, double and decimal128: by value, NaN below all others. */
export function compareNumbers(a: Numeric, b: Numeric): number {
  const x = toDouble(a);
  const y = toDouble(b);
  if (Number.isNaN(x) || Number.isNaN(y)) return Number(Number.isNaN(y)) - Number(Number.isNaN(x));
  if (x !== y) return x < y ? -1 : 1;
  if ((isDoubleExact(a) && isDoubleExact(b)) || !Number.isFinite(x)) return 0;
  const { n } = minus(fractionOf(a), fractionOf(b));
  return n < 0n ? -1 : Number(n > 0n);
}
