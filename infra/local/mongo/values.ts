import {
  Binary,
  BSONRegExp,
  BSONSymbol,
  Code,
  DBRef,
  Decimal128,
  deserialize,
  Double,
  Int32,
  MaxKey,
  MinKey,
  ObjectId,
  serialize,
  Timestamp,
} from 'bson';
import { compareNumbers, isLong, isNumeric } from './numbers.ts';

/** A document as held in memory: BSON's number types stay objects (Int32, Double, Long, Decimal128), so nothing is lost. */
export type Doc = Record<string, unknown>;

/** The largest document that MongoDB takes, in bytes. */
export const MAX_DOCUMENT_BYTES = 16 * 1024 * 1024;

export function decode(bytes: Uint8Array): Doc {
  return deserialize(bytes, {
    promoteValues: false,
    promoteBuffers: false,
    bsonRegExp: true,
    allowObjectSmallerThanBufferSize: true,
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
export const RANK = {
  minKey: 0x05,
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
  timestamp: 0x5f,
  regex: 0x64,
  code: 0x78,
  codeWithScope: 0x82,
  maxKey: 0xfa,
} as const;

export function rankOf(value: unknown): number {
  if (value === null || value === undefined) return RANK.null;
  if (typeof value === 'string' || value instanceof BSONSymbol) return RANK.string;
  if (isNumeric(value)) return RANK.number;
  if (typeof value === 'boolean') return RANK.boolean;
  if (Array.isArray(value)) return RANK.array;
  if (value instanceof ObjectId) return RANK.objectId;
  if (value instanceof Date) return RANK.date;
  if (value instanceof Timestamp) return RANK.timestamp;
  if (value instanceof Binary) return RANK.binary;
  if (value instanceof BSONRegExp || value instanceof RegExp) return RANK.regex;
  if (value instanceof Code) return value.scope ? RANK.codeWithScope : RANK.code;
  if (value instanceof MinKey) return RANK.minKey;
  if (value instanceof MaxKey) return RANK.maxKey;
  return RANK.object;
}

/** The document that a DBRef stands for; other documents are themselves. */
export function fieldsOf(value: unknown): Doc {
  if (!(value instanceof DBRef)) return value as Doc;
  const { collection, oid, db, fields } = value;
  return { $ref: collection, $id: oid, ...(db === undefined ? {} : { $db: db }), ...fields };
}

export function textOf(value: unknown): string {
  return value instanceof BSONSymbol ? value.value : String(value);
}

export function regexOf(value: BSONRegExp | RegExp): { pattern: string; options: string } {
  return value instanceof RegExp
    ? { pattern: value.source, options: value.flags.replaceAll(/[^imsx]/g, '') }
    : { pattern: value.pattern, options: value.options };
}

/** UTF-16 sorts surrogates below U+E000…U+FFFF; UTF-8, which is MongoDB's order, above. */
function codePointOrder(unit: number): number {
  if (unit >= 0xe000) return unit - 0x800;
  return unit >= 0xd800 ? unit + 0x2000 : unit;
}

export function compareText(a: string, b: string): number {
  if (a === b) return 0;
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x !== y) return codePointOrder(x) - codePointOrder(y);
  }
  return a.length - b.length;
}

function compareObjects(a: Doc, b: Doc): number {
  const left = Object.entries(a);
  const right = Object.entries(b);
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
    if (i >= b.length) return 1;
    const order = compareValues(value, b[i]);
    if (order !== 0) return order;
  }
  return a.length - b.length;
}

function compareBinary(a: Binary, b: Binary): number {
  return a.position - b.position || a.sub_type - b.sub_type || Buffer.compare(a.value(), b.value());
}

/** BSON's order of values: by type first, then by value; numbers of all types by what they are worth. */
export function compareValues(a: unknown, b: unknown): number {
  const rank = rankOf(a);
  const other = rankOf(b);
  if (rank !== other) return rank - other;
  switch (rank) {
    case RANK.number:
      return isNumeric(a) && isNumeric(b) ? compareNumbers(a, b) : 0;
    case RANK.string:
      return compareText(textOf(a), textOf(b));
    case RANK.object:
      return compareObjects(fieldsOf(a), fieldsOf(b));
    case RANK.array:
      return compareArrays(a as unknown[], b as unknown[]);
    case RANK.binary:
      return compareBinary(a as Binary, b as Binary);
    case RANK.objectId:
      return Buffer.compare((a as ObjectId).id, (b as ObjectId).id);
    case RANK.boolean:
      return Number(a) - Number(b);
    case RANK.date:
      return (a as Date).getTime() - (b as Date).getTime();
    case RANK.timestamp:
      return (a as Timestamp).compare(b as Timestamp);
    case RANK.regex: {
      const [x, y] = [regexOf(a as BSONRegExp), regexOf(b as BSONRegExp)];
      return compareText(x.pattern, y.pattern) || compareText(x.options, y.options);
    }
    case RANK.code:
    case RANK.codeWithScope: {
      const [x, y] = [a as Code, b as Code];
      return compareText(x.code, y.code) || compareValues(x.scope ?? null, y.scope ?? null);
    }
    default:
      return 0;
  }
}

export function isEqual(a: unknown, b: unknown): boolean {
  return compareValues(a, b) === 0;
}

/** MongoDB's name of a value's type, as `$type` and error messages say it. */
export function typeName(value: unknown): string {
  if (value === undefined) return 'missing';
  if (typeof value === 'bigint' || isLong(value)) return 'long';
  if (value instanceof Int32) return 'int';
  if (value instanceof Double) return 'double';
  if (value instanceof Decimal128) return 'decimal';
  if (typeof value === 'number') return Number.isInteger(value) && Math.abs(value) < 2 ** 31 ? 'int' : 'double';
  if (value instanceof BSONSymbol) return 'symbol';
  const byRank: Record<number, string> = {
    [RANK.null]: 'null',
    [RANK.string]: 'string',
    [RANK.object]: 'object',
    [RANK.array]: 'array',
    [RANK.binary]: 'binData',
    [RANK.objectId]: 'objectId',
    [RANK.boolean]: 'bool',
    [RANK.date]: 'date',
    [RANK.timestamp]: 'timestamp',
    [RANK.regex]: 'regex',
    [RANK.code]: 'javascript',
    [RANK.codeWithScope]: 'javascriptWithScope',
    [RANK.minKey]: 'minKey',
    [RANK.maxKey]: 'maxKey',
  };
  return byRank[rankOf(value)] ?? 'object';
}
