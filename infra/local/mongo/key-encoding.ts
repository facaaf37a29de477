import type { Binary, BSONRegExp, Code, ObjectId, Timestamp } from 'bson';
import { mongoError } from './errors.ts';
import { doublesOf, isNumeric, type Numeric } from './numbers.ts';
import { fieldsOf, RANK, rankOf, regexOf, textOf } from './values.ts';

/** Stands in an index key for an empty array, which MongoDB sorts below null. */
export const EMPTY_ARRAY = Symbol('empty array');

const TERMINATOR = Buffer.from([0, 0]);

function escapedText(text: string): Buffer {
  const bytes = Buffer.from(text, 'utf8');
  if (!bytes.includes(0)) return Buffer.concat([bytes, TERMINATOR]);
  const escaped: number[] = [];
  for (const byte of bytes) escaped.push(...(byte === 0 ? [0, 0xff] : [byte]));
  return Buffer.concat([Buffer.from(escaped), TERMINATOR]);
}

function double(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  // NaN sorts below -Infinity, and no other number is all zeros after the bits are turned.
  if (Number.isNaN(value)) return bytes;
  bytes.writeDoubleBE(value === 0 ? 0 : value);
  if (value < 0) for (let i = 0; i < 8; i++) bytes[i] = ~(bytes[i] ?? 0) & 0xff;
  else bytes[0] = (bytes[0] ?? 0) | 0x80;
  return bytes;
}

function number(value: Numeric): Buffer {
  const [first, second, third] = doublesOf(value);
  if (Number.isFinite(first) && !Number.isFinite(second)) {
    throw mongoError('NotImplemented', 'decimals beyond the range of doubles cannot be indexed by this server');
  }
  if (second === 0) return Buffer.concat([double(first), Buffer.from([0x80])]);
  return Buffer.concat([double(first), Buffer.from([second < 0 ? 0x40 : 0xc0]), double(second), double(third)]);
}

function integer(value: bigint): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt.asUintN(64, value));
  return bytes;
}

function binary(value: Binary): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt32BE(value.position);
  head[4] = value.sub_type;
  return Buffer.concat([head, value.value()]);
}

function payload(value: unknown, rank: number): Buffer {
  switch (rank) {
    case RANK.number:
      return isNumeric(value) ? number(value) : Buffer.alloc(0);
    case RANK.string:
      return escapedText(textOf(value));
    case RANK.object: {
      const fields = Object.entries(fieldsOf(value)).map(([name, field]) => {
        const type = rankOf(field);
        return Buffer.concat([Buffer.from([type]), escapedText(name), payload(field, type)]);
      });
      return Buffer.concat([...fields, Buffer.from([0])]);
    }
    case RANK.array:
      return Buffer.concat([...(value as unknown[]).map((item) => encodeValue(item)), Buffer.from([0])]);
    case RANK.binary:
      return binary(value as Binary);
    case RANK.objectId:
      return Buffer.from((value as ObjectId).id);
    case RANK.boolean:
      return Buffer.from([value ? 1 : 0]);
    case RANK.date:
      return integer(BigInt((value as Date).getTime()) ^ (1n << 63n));
    case RANK.timestamp:
      return integer((value as Timestamp).toBigInt());
    case RANK.regex: {
      const { pattern, options } = regexOf(value as BSONRegExp);
      return Buffer.concat([escapedText(pattern), escapedText(options)]);
    }
    case RANK.code:
      return escapedText((value as Code).code);
    case RANK.codeWithScope:
      return Buffer.concat([escapedText((value as Code).code), encodeValue((value as Code).scope)]);
    default:
      return Buffer.alloc(0);
  }
}

/** Bytes whose order is BSON's order of values. No encoding is the beginning of another, so they can be strung together. */
export function encodeValue(value: unknown): Buffer {
  if (value === EMPTY_ARRAY) return Buffer.from([RANK.emptyArray]);
  const rank = rankOf(value);
  return Buffer.concat([Buffer.from([rank]), payload(value, rank)]);
}

/** The same for a field that an index holds in this direction: 1 ascending, -1 descending. */
export function encodeField(value: unknown, direction: number): Buffer {
  const bytes = encodeValue(value);
  return direction < 0 ? inverted(bytes) : bytes;
}

export function inverted(bytes: Buffer): Buffer {
  return bytes.map((byte) => ~byte & 0xff) as Buffer;
}

/** The first key that is greater than all keys with this beginning. */
export function after(prefix: Buffer): Buffer {
  const end = Buffer.from(prefix);
  for (let i = end.length - 1; i >= 0; i--) {
    const byte = end[i] ?? 0;
    if (byte < 0xff) {
      end[i] = byte + 1;
      return end.subarray(0, i + 1);
    }
  }
  return Buffer.from([0xff, 0xff]);
}
