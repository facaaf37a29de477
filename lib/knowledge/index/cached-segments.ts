import { SegmentHeader } from './segment-header.ts';
import type { SegmentStore } from './ports.ts';

/** Reads parts of segments; what never changes is kept by its name. */
export interface SegmentReader {
  headers(ids: readonly string[]): Promise<SegmentHeader[]>;
  blocks(keys: readonly string[]): Promise<ReadonlyMap<string, Uint8Array>>;
}

/** Keeps at most `maxBytes` of blocks and 64 headers in the process; the one that was used longest ago goes first. */
export function cachedSegments(store: Pick<SegmentStore, 'headers' | 'blocks'>, maxBytes: number): SegmentReader {
  const headers = new Map<string, SegmentHeader>();
  const blocks = new Map<string, Uint8Array>();
  let bytes = 0;
  const touch = (key: string): Uint8Array | undefined => {
    const block = blocks.get(key);
    if (block) {
      blocks.delete(key);
      blocks.set(key, block);
    }
    return block;
  };
  const keep = (key: string, block: Uint8Array): void => {
    if (blocks.has(key)) return;
    blocks.set(key, block);
    bytes += block.length;
    for (const [oldest, { length }] of blocks) {
      if (bytes <= maxBytes) break;
      blocks.delete(oldest);
      bytes -= length;
    }
  };
  return {
    async headers(ids) {
      const missing = ids.filter((id) => !headers.has(id));
      const read = missing.length === 0 ? new Map<string, Uint8Array>() : await store.headers(missing);
      for (const [id, header] of read) headers.set(id, new SegmentHeader(header));
      const found = ids.map((id) => {
        const header = headers.get(id);
        if (!header) throw new MissingSegment(id);
        headers.delete(id);
        headers.set(id, header);
        return header;
      });
      for (const oldest of headers.keys()) {
        if (headers.size <= 64) break;
        headers.delete(oldest);
      }
      return found;
    },
    async blocks(keys) {
      const found = new Map<string, Uint8Array>();
      const missing: string[] = [];
      for (const key of new Set(keys)) {
        const block = touch(key);
        if (block) found.set(key, block);
        else missing.push(key);
      }
      if (missing.length > 0)
        for (const [key, block] of await store.blocks(missing)) {
          found.set(key, block);
          keep(key, block);
        }
      for (const key of missing) if (!found.has(key)) throw new MissingSegment(key);
      return found;
    },
  };
}

/** A merge has replaced the segment since its manifest was read: read the manifest again. */
export class MissingSegment extends Error {
  override readonly name = 'MissingSegment';
}
