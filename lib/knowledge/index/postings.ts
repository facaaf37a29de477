import { ByteReader, ByteWriter } from './bytes.ts';

/*
 * The passages that hold a term, in bits: the first one's number, then gaps in Rice's code, whose parameter follows from their mean, each passage with its frequency in Elias'
 * gamma code. Most words stand once in a passage, which is one bit.
 */

/** What one read of 32 bits decodes; a word that stands more often in a passage does not count for more. */
export const mostFrequent = 65_535;

/** The passages of one segment that hold a term, numbered within the segment and ascending, and how often each does. */
export interface Postings {
  readonly passages: Uint32Array;
  readonly frequencies: Uint16Array;
}

type Numbers = readonly number[] | Uint32Array | Uint16Array;

/** Those from `from` to `until` of a list; `passages` ascending. */
export function encodePostings(passages: Numbers, frequencies: Numbers, from: number, until: number): Uint8Array {
  const first = passages[from] ?? 0;
  const gaps = Math.max(1, until - from - 1);
  const mean = ((passages[until - 1] ?? 0) - first - gaps) / gaps;
  const width = mean < 1 ? 0 : Math.floor(Math.log2(mean));
  const head = new ByteWriter(8);
  head.varint(first);
  head.varint(width);
  const bits = new BitWriter(head);
  bits.gamma(Math.min(frequencies[from] ?? 1, mostFrequent));
  for (let index = from + 1; index < until; index += 1) {
    const gap = (passages[index] ?? 0) - (passages[index - 1] ?? 0) - 1;
    bits.unary(gap >>> width);
    bits.write(gap, width);
    bits.gamma(Math.min(frequencies[index] ?? 1, mostFrequent));
  }
  return bits.take();
}

/** Decodes `count` postings into `passages` and `frequencies` from `offset` on; @returns the number of them. */
export function decodePostings(
  { postings, count }: { readonly postings: Uint8Array; readonly count: number },
  passages: Uint32Array,
  frequencies: Uint16Array,
  offset: number,
): number {
  const head = new ByteReader(postings);
  let passage = head.varint();
  const width = head.varint();
  const scale = 2 ** width;
  let at = head.at * 8;
  const view = new DataView(postings.buffer, postings.byteOffset, postings.length);
  const lastWhole = (postings.length - 4) * 8;
  for (let index = offset; index < offset + count; index += 1) {
    // One read of memory: its first 25 bits count, which mostly hold the whole posting.
    let word = at <= lastWhole ? view.getUint32(at >>> 3) << (at & 7) : wordAt(postings, at);
    if (index > offset) {
      let quotient = Math.clz32(word);
      if (quotient + width < 14) {
        word <<= quotient + 1;
        // A shift by 32 would be one by 0.
        passage += (quotient << width) + (width === 0 ? 0 : word >>> (32 - width)) + 1;
        word <<= width;
        at += quotient + 1 + width;
      } else {
        quotient = zerosAt(postings, at);
        at += quotient + 1;
        passage += quotient * scale + (width === 0 ? 0 : wordAt(postings, at) >>> (32 - width)) + 1;
        at += width;
        word = wordAt(postings, at);
      }
    }
    let zeros = Math.clz32(word);
    if (zeros > 5) zeros = Math.clz32((word = wordAt(postings, at)));
    passages[index] = passage;
    frequencies[index] = (word << zeros) >>> (31 - zeros);
    at += 2 * zeros + 1;
  }
  return count;
}

/** How many zeros stand before the next one. */
function zerosAt(bytes: Uint8Array, bit: number): number {
  let at = bit;
  while (wordAt(bytes, at) === 0 && at < bytes.length * 8) at += 32;
  return at - bit + Math.clz32(wordAt(bytes, at));
}

/** The 32 bits that begin at a bit; zeros stand after the end. */
function wordAt(bytes: Uint8Array, bit: number): number {
  const at = bit >>> 3;
  const shift = bit & 7;
  const word =
    ((bytes[at] ?? 0) << 24) | ((bytes[at + 1] ?? 0) << 16) | ((bytes[at + 2] ?? 0) << 8) | (bytes[at + 3] ?? 0);
  return (word << shift) | ((bytes[at + 4] ?? 0) >>> (8 - shift));
}

/** Writes bits from the highest of a byte on. */
class BitWriter {
  readonly #to: ByteWriter;
  #byte = 0;
  #free = 8;

  constructor(to: ByteWriter) {
    this.#to = to;
  }

  /** The lowest `width` bits of a number, 32 at most. */
  write(value: number, width: number): void {
    for (let left = width; left > 0;) {
      const taken = Math.min(left, this.#free);
      left -= taken;
      this.#free -= taken;
      this.#byte |= ((value >>> left) & ((1 << taken) - 1)) << this.#free;
      if (this.#free === 0) this.#end();
    }
  }

  /** So many zeros, then a one. */
  unary(zeros: number): void {
    let left = zeros;
    for (; left > 24; left -= 24) this.write(0, 24);
    this.write(1, left + 1);
  }

  /** A number from 1 on. */
  gamma(value: number): void {
    const width = 31 - Math.clz32(value);
    this.write(0, width);
    this.write(value, width + 1);
  }

  take(): Uint8Array {
    if (this.#free < 8) this.#end();
    return this.#to.take();
  }

  #end(): void {
    this.#to.byte(this.#byte);
    this.#byte = 0;
    this.#free = 8;
  }
}
