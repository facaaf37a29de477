import { Kept } from './kept.ts';
import type { Postings } from './postings.ts';
import { SegmentHeader } from './segment-header.ts';
import type { BlockEntry } from './segment.ts';
import type { SegmentStore } from './ports.ts';

/** Reads parts of segments; what never changes is kept by its name. */
export interface SegmentReader {
  headers(ids: readonly string[]): Promise<SegmentHeader[]>;
  blocks(keys: readonly string[]): Promise<ReadonlyMap<string, Uint8Array>>;
  /** By `<segment>:<term>`: where the term stands in the segment's blocks, */
  readonly entries: Kept<readonly BlockEntry[]>;
  /** and its postings, decoded. */
  readonly postings: Kept<Postings>;
}

/** Of an object in a map. */
const overhead = 200;

/** Keeps about `maxBytes` of blocks, twice as much of what was found in them, and 64 headers in the process; what was used longest ago goes first. */
export function cachedSegments(store: Pick<SegmentStore, 'headers' | 'blocks'>, maxBytes: number): SegmentReader {
  const headers = new Map<string, SegmentHeader>();
  const blocks = new Kept<Uint8Array>(maxBytes, ({ length }) => length);
  return {
    entries: new Kept(maxBytes / 4, (entries) =>
      entries.reduce((sum, { postings }) => sum + postings.length, overhead),
    ),
    postings: new Kept((maxBytes * 7) / 4, ({ passages }) => overhead + 6 * passages.length),

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
        const block = blocks.get(key);
        if (block) found.set(key, block);
        else missing.push(key);
      }
      if (missing.length > 0)
        for (const [key, block] of await store.blocks(missing)) {
          found.set(key, block);
          blocks.keep(key, block);
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
