import { Binary } from 'bson';
import { mongoError } from './errors.ts';
import { isLong, isNumeric, toDouble } from './numbers.ts';
import { typeName } from './values.ts';

type Test = (value: unknown) => boolean;

const TYPE_NUMBERS: Record<number, string> = {
  1: 'double',
  2: 'string',
  3: 'object',
  4: 'array',
  5: 'binData',
  6: 'undefined',
  7: 'objectId',
  8: 'bool',
  9: 'date',
  10: 'null',
  11: 'regex',
  12: 'dbPointer',
  13: 'javascript',
  14: 'symbol',
  15: 'javascriptWithScope',
  16: 'int',
  17: 'timestamp',
  18: 'long',
  19: 'decimal',
  [-1]: 'minKey',
  127: 'maxKey',
};

export function typeTest(operand: unknown): Test {
  const wanted = new Set((Array.isArray(operand) ? operand : [operand]).map(typeOf));
  if (wanted.has('number')) for (const name of ['int', 'long', 'double', 'decimal']) wanted.add(name);
  return (value) => wanted.has(typeName(value));
}

function typeOf(alias: unknown): string {
  if (isNumeric(alias)) {
    const name = TYPE_NUMBERS[toDouble(alias)];
    if (!name) throw mongoError('BadValue', `Invalid numerical type code: ${toDouble(alias)}`);
    return name;
  }
  if (typeof alias !== 'string') throw mongoError('TypeMismatch', 'type must be represented as a number or a string');
  if (alias !== 'number' && !Object.values(TYPE_NUMBERS).includes(alias)) {
    throw mongoError('BadValue', `Unknown type name alias: ${alias}`);
  }
  return alias;
}

export function modTest(operand: unknown): Test {
  if (!Array.isArray(operand)) throw mongoError('BadValue', 'malformed mod, needs to be an array');
  if (operand.length < 2) throw mongoError('BadValue', 'malformed mod, not enough elements');
  if (operand.length > 2) throw mongoError('BadValue', 'malformed mod, too many elements');
  const [divisor, remainder] = operand.map((item: unknown) =>
    isNumeric(item) ? Math.trunc(toDouble(item)) : Number.NaN,
  );
  if (divisor === undefined || remainder === undefined || Number.isNaN(divisor)) {
    throw mongoError('BadValue', 'malformed mod, divisor not a number');
  }
  if (Number.isNaN(remainder)) throw mongoError('BadValue', 'malformed mod, remainder not a number');
  if (divisor === 0) throw mongoError('BadValue', 'divisor cannot be 0');
  // Adding 0 makes -0 and 0 the same remainder.
  return (value) => isNumeric(value) && (Math.trunc(toDouble(value)) % divisor) + 0 === remainder;
}

function maskOf(operand: unknown): bigint {
  if (isNumeric(operand) && Number.isInteger(toDouble(operand)) && toDouble(operand) >= 0) {
    return isLong(operand) ? operand.toBigInt() : BigInt(toDouble(operand));
  }
  if (operand instanceof Binary) {
    return operand.value().reduce((mask, byte, i) => mask | (BigInt(byte) << BigInt(8 * i)), 0n);
  }
  if (!Array.isArray(operand)) {
    throw mongoError('BadValue', 'a bit mask must be a non-negative integer, binary data or an array of bit positions');
  }
  return operand.reduce<bigint>((mask, position: unknown) => {
    const bit = isNumeric(position) ? toDouble(position) : -1;
    if (!Number.isInteger(bit) || bit < 0) throw mongoError('BadValue', 'bit positions must be integers >= 0');
    return mask | (1n << BigInt(bit));
  }, 0n);
}

function bitsOf(value: unknown): bigint | undefined {
  if (value instanceof Binary) return maskOf(value);
  if (isLong(value)) return value.toBigInt();
  return isNumeric(value) && Number.isInteger(toDouble(value)) ? BigInt(toDouble(value)) : undefined;
}

export function bitTest(name: string, operand: unknown): Test {
  const mask = maskOf(operand);
  return (value) => {
    const bits = bitsOf(value);
    if (bits === undefined) return false;
    if (name === '$bitsAllSet') return (bits & mask) === mask;
    if (name === '$bitsAllClear') return (bits & mask) === 0n;
    return name === '$bitsAnySet' ? (bits & mask) !== 0n : (bits & mask) !== mask;
  };
}
