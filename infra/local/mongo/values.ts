import { Binary, deserialize, Double, Int32, ObjectId, serialize } from 'bson';
import { notSupported } from './errors.ts';
import { compareNumbers, isLong, isNumeric } from './numbers.ts';

/** A document as held in memory: BSON's number types stay objects (Int32, Double, Long), so nothing is lost. */
export type Doc = Record<string, unknown>;

/** The largest document that MongoDB accepts, in bytes. */
export const maxDocumentBytes = 16 * 1024 * 1024;

/** Stands in sort and index keys for an empty array, which MongoDB sorts below null. */
export const emptyArray = Symbol('empty array');

export function decode(bytes: Uint8Array): Doc {
  return deserialize(bytes, {
    promoteValues: false,
    promoteBuffers: false,
    bsonRegExp: true,
    allowObjectSmallerThanBufferSize: true,
    // Its look at every character took as long as all the rest; MongoDB takes any bytes too.
    validation: { utf8: false },
  });
}

export function encode(doc: Doc): Uint8Array {
  return serialize(doc, { ignoreUndefined: true });
}

export function isDoc(value: unknown): value is Doc {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof Date) &&
    !('_bsontype' in value)
  );
}

/** BSON's order of types; also the first byte of an index key (hence the gaps and no zero). */
export const rank = {
  emptyArray: 0x08,
  null: 0x0a,
  number: 0x14,
  string: 0x1e,
  object: 0x28,
  array: 0x32,
  binary: 0x3c,
  objectId: 0x46,
  boolean: 0x50,
  date: 0x5a,
} as const;

/** @throws NotImplemented for the types that this server does not compare: decimal128, timestamp, regex, code, DBRef, min and max keys */
export function rankOf(value: unknown): number {
  if (value === null || value === undefined) return rank.null;
  if (typeof value === 'string') return rank.string;
  if (isNumeric(value)) return rank.number;
  if (typeof value === 'boolean') return rank.boolean;
  if (Array.isArray(value)) return rank.array;
  if (value instanceof ObjectId) return rank.objectId;
  if (value instanceof Date) return rank.date;
  if (value instanceof Binary) return rank.binary;
  if (value === emptyArray) return rank.emptyArray;
  if (isDoc(value)) return rank.object;
  throw notSupported(`a value of type ${(value as { _bsontype?: string })._bsontype ?? typeof value}`);
}

/** Refuses a value that holds a type which could be stored but not compared. */
export function assertComparable(value: unknown): void {
  if (Array.isArray(value)) for (const item of value) assertComparable(item);
  else if (isDoc(value)) for (const field of Object.values(value)) assertComparable(field);
  else rankOf(value);
}

/** MongoDB compares the bytes of UTF-8, not UTF-16's units. */
export function compareText(a: string, b: string): number {
  return a === b ? 0 : Buffer.compare(Buffer.from(a), Buffer.from(b));
}

function compareObjects(a: Doc, b: Doc): number {
  const [left, right] = [Object.entries(a), Object.entries(b)];
  for (const [i, [name, value]] of left.entries()) {
    const other = right[i];
    if (!other) return 1;
    const order = rankOf(value) - rankOf(other[1]) || compareText(name, other[0]) || compareValues(value, other[1]);
    if (order !== 0) return order;
  }
  return left.length - right.length;
}

function compareArrays(a: unknown[], b: unknown[]): number {
  for (const [i, value] of a.entries()) {
    const order = i >= b.length ? 1 : compareValues(value, b[i]);
    if (order !== 0) return order;
  }
  return a.length - b.length;
}

/** BSON's order of values: by type first, then by value; numbers of all types by what they are worth. */
export function compareValues(a: unknown, b: unknown): number {
  const type = rankOf(a);
  if (type !== rankOf(b)) return type - rankOf(b);
  if (isNumeric(a) && isNumeric(b)) return compareNumbers(a, b);
  if (typeof a === 'string') return compareText(a, b as string);
  if (Array.isArray(a)) return compareArrays(a, b as unknown[]);
  if (a instanceof ObjectId) return Buffer.compare(a.id, (b as ObjectId).id);
  if (a instanceof Binary && b instanceof Binary)
    return a.position - b.position || a.sub_type - b.sub_type || Buffer.compare(a.value(), b.value());
  if (type === rank.boolean || type === rank.date) return Number(a) - Number(b);
  return isDoc(a) ? compareObjects(a, b as Doc) : 0;
}

export function isEqual(a: unknown, b: unknown): boolean {
  return typeof a === 'string' && typeof b === 'string' ? a === b : compareValues(a, b) === 0;
}

const typeNames: Readonly<Record<number, string>> = {
  ...Object.fromEntries(Object.entries(rank).map(([name, number]) => [number, name])),
  [rank.binary]: 'binData',
  [rank.boolean]: 'bool',
};

/** MongoDB's name of a value's type, as error messages give it. */
export function typeName(value: unknown): string {
  if (value === undefined) return 'missing';
  if (typeof value === 'bigint' || isLong(value)) return 'long';
  if (value instanceof Int32) return 'int';
  if (value instanceof Double) return 'double';
  return typeNames[rankOf(value)] ?? 'object';
}

/** A value as MongoDB writes it into its messages. */
export function formatValue(value: unknown): string {
  if (value === undefined) return 'undefined';
  if (value === null || typeof value === 'boolean') return String(value);
  if (typeof value === 'string') return JSON.stringify(value);
  if (isNumeric(value)) return value.toString();
  if (value instanceof ObjectId) return `ObjectId('${value.toHexString()}')`;
  if (value instanceof Date) return `new Date(${value.getTime()})`;
  if (value instanceof Binary) return `BinData(${value.sub_type}, ${value.toString('hex').toUpperCase()})`;
  if (Array.isArray(value)) return value.length === 0 ? '[]' : `[ ${value.map(formatValue).join(', ')} ]`;
  if (!isDoc(value)) return typeName(value);
  const fields = Object.entries(value).map(([name, field]) => `${name}: ${formatValue(field)}`);
  return fields.length === 0 ? '{}' : `{ ${fields.join(', ')} }`;
}
