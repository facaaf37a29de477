import { byPlace, tableOf } from '../index/build-segment.ts';
import type { PassageKey } from '../index/segment-header.ts';
import type { SegmentHeader } from '../index/segment-header.ts';
import { type EncodedSegment, encodeSegment } from '../index/segment.ts';

/** The space that holds the signs of a space's passages for one model. */
export function codeSpace(space: string, model: string): string {
  return `${space}@${model}`;
}

/** Signs stand in blocks of so many passages. */
const codesPerBlock = 256;

/** The signs of one passage's vector. */
export interface Code extends PassageKey {
  readonly signs: Uint8Array;
}

/** A segment of signs instead of terms: the same header, blocks of signs in the order of the passages. */
export async function encodeCodes(codes: readonly Code[]): Promise<EncodedSegment> {
  const order = codes.map((code) => ({ ...code, length: 0 })).toSorted(byPlace);
  const { header } = await encodeSegment(tableOf(order, []), []);
  const blocks = Array.from({ length: Math.ceil(order.length / codesPerBlock) }, (_, block) =>
    Buffer.concat(order.slice(block * codesPerBlock, (block + 1) * codesPerBlock).map(({ signs }) => signs)),
  );
  const bytes = blocks.reduce((sum, { length }) => sum + length, header.length);
  return { header, blocks, passages: order.length, bytes };
}

/** The keys of a segment's blocks. */
export function blockKeys(id: string, { passages }: SegmentHeader): string[] {
  return Array.from({ length: Math.ceil(passages / codesPerBlock) }, (_, block) => `${id}:${block}`);
}

/** Where the signs of a passage stand: the number of its block and the offset in it. */
export function placeOfCode(
  passage: number,
  bytesPerCode: number,
): { readonly block: number; readonly offset: number } {
  return { block: Math.floor(passage / codesPerBlock), offset: (passage % codesPerBlock) * bytesPerCode };
}
