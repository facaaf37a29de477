import { Binary, ObjectId } from 'bson';
import { doublesOf, isNumeric, type Numeric } from './numbers.ts';
import { type Doc, isDoc, rankOf } from './values.ts';

const terminator = Buffer.from([0, 0]);

function escapedText(text: string): Buffer {
  const bytes = Buffer.from(text, 'utf8');
  if (!bytes.includes(0)) return Buffer.concat([bytes, terminator]);
  const escaped = [...bytes].flatMap((byte) => (byte === 0 ? [0, 0xff] : [byte]));
  return Buffer.concat([Buffer.from(escaped), terminator]);
}

function double(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  // NaN sorts below -Infinity, and no other number is all zeros after the bits are turned.
  if (Number.isNaN(value)) return bytes;
  bytes.writeDoubleBE(value === 0 ? 0 : value);
  if (value < 0) return bytes.map((byte) => ~byte & 0xff) as Buffer;
  bytes[0] = (bytes[0] ?? 0) | 0x80;
  return bytes;
}

function number(value: Numeric): Buffer {
  const [nearest, rest] = doublesOf(value);
  if (rest === 0) return Buffer.concat([double(nearest), Buffer.from([0x80])]);
  return Buffer.concat([double(nearest), Buffer.from([rest < 0 ? 0x40 : 0xc0]), double(rest)]);
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

function object(value: Doc): Buffer {
  const fields = Object.entries(value).map(([name, field]) =>
    Buffer.concat([Buffer.from([rankOf(field)]), escapedText(name), payload(field)]),
  );
  return Buffer.concat([...fields, Buffer.from([0])]);
}

function payload(value: unknown): Buffer {
  if (isNumeric(value)) return number(value);
  if (typeof value === 'string') return escapedText(value);
  if (typeof value === 'boolean') return Buffer.from([value ? 1 : 0]);
  if (Array.isArray(value)) return Buffer.concat([...value.map(encodeValue), Buffer.from([0])]);
  if (value instanceof Binary) return binary(value);
  if (value instanceof ObjectId) return Buffer.from(value.id);
  if (value instanceof Date) return integer(BigInt(value.getTime()) ^ (1n << 63n));
  return isDoc(value) ? object(value) : Buffer.alloc(0);
}

/** Bytes whose order is BSON's order of values. No encoding is the beginning of another, so they can be strung together. */
export function encodeValue(value: unknown): Buffer {
  return Buffer.concat([Buffer.from([rankOf(value)]), payload(value)]);
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
