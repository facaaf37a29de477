import { randomUUID } from 'node:crypto';
import type { SegmentReader } from '../index/cached-segments.ts';
import { analyzeDocuments, isIn } from '../index/index-pending.ts';
import { buildSegment } from '../index/build-segment.ts';
import { openIndex, type OpenIndex } from '../index/open-index.ts';
import type { Manifest, SegmentStore } from '../index/ports.ts';
import type { EncodedSegment } from '../index/segment.ts';
import { SegmentHeader } from '../index/segment-header.ts';
import type { DocumentHead, DocumentStore, Embedder } from '../ports.ts';
import type { VectorStore } from '../vectors/ports.ts';
import type { PassageReader } from './kept-passages.ts';
import type { RankingSettings } from './settings.ts';

export interface SearchServices {
  readonly vectors: VectorStore;
  readonly documents: DocumentStore;
  readonly segments: SegmentStore;
  readonly segmentReader: SegmentReader;
  readonly passageReader: PassageReader;
  readonly embedder?: Embedder | undefined;
}

/** Documents that wait for the index, as many as a search takes along: the newest, for whoever wrote one looks for it now. */
const tailDocuments = 50;
const tailPassages = 300;

/** What was made of documents that wait; no other has its id. */
interface Tail {
  readonly id: string;
  readonly segment: EncodedSegment;
}

/** The last one, for the next search that meets the same documents. */
const lastTails = new WeakMap<DocumentStore, { readonly key: string; readonly tail: Tail }>();

/**
 * A space as one index, with what was written just now and is not indexed yet: whoever writes finds it at once.
 * @param settings Instead of the space's own.
 */
export async function openSpace(
  services: SearchServices,
  space: string,
  settings?: RankingSettings,
): Promise<OpenIndex> {
  const { documents, segments, segmentReader } = services;
  // One after the other: what waits no more is in the manifest by then.
  const waiting = await documents.pending(space, tailDocuments, 'newest');
  const kept = await segments.manifest(space);
  const manifest = settings ? { ...kept, settings } : kept;
  if (waiting.length === 0) return openIndex(segmentReader, manifest);
  const headers = await segmentReader.headers(manifest.segments.map(({ id }) => id));
  const missing = waiting.filter(({ id, version }) => !isIn(headers, id, version));
  const tail = await tailOf(documents, firstPassages(missing));
  if (!tail) return openIndex(segmentReader, manifest);
  const { passages, bytes } = tail.segment;
  const withTail: Manifest = { ...manifest, segments: [...manifest.segments, { id: tail.id, passages, bytes }] };
  return openIndex(readerWith(segmentReader, tail), withTail);
}

function firstPassages(waiting: readonly DocumentHead[]): DocumentHead[] {
  let left = tailPassages;
  return waiting.filter(({ passages }) => {
    const fits = passages <= left;
    if (fits) left -= passages;
    return fits;
  });
}

async function tailOf(documents: DocumentStore, waiting: readonly DocumentHead[]): Promise<Tail | undefined> {
  if (waiting.length === 0) return undefined;
  const key = waiting.map(({ id, version }) => `${id}.${version}`).join(' ');
  const last = lastTails.get(documents);
  if (last?.key === key) return last.tail;
  const analyzed = await analyzeDocuments(documents, waiting);
  const segment = await buildSegment(
    [...analyzed.values()].flat(),
    waiting.map(({ language }) => language),
  );
  const tail = { id: `tail-${randomUUID()}`, segment };
  lastTails.set(documents, { key, tail });
  return tail;
}

function readerWith(reader: SegmentReader, { id: tail, segment: { header, blocks } }: Tail): SegmentReader {
  const blockOf = (key: string): Uint8Array => blocks[Number(key.slice(tail.length + 1))] ?? new Uint8Array();
  return {
    ...reader,
    headers: async (ids) => [
      ...(await reader.headers(ids.filter((id) => id !== tail))),
      ...(ids.includes(tail) ? [new SegmentHeader(header)] : []),
    ],
    async blocks(keys) {
      const own = keys.filter((key) => key.startsWith(`${tail}:`));
      const found = await reader.blocks(keys.filter((key) => !key.startsWith(`${tail}:`)));
      return new Map([...found, ...own.map((key) => [key, blockOf(key)] as const)]);
    },
  };
}
