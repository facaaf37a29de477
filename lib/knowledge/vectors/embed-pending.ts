import { newId } from '../../kernel/ids.ts';
import { currentCorrelation } from '../../kernel/log/correlation.ts';
import type { SegmentReader } from '../index/cached-segments.ts';
import { isIn } from '../index/index-pending.ts';
import type { Manifest, SegmentStore } from '../index/ports.ts';
import type { SegmentHeader } from '../index/segment-header.ts';
import {
  type DocumentHead,
  type DocumentStore,
  type Embedder,
  EmbeddingUnavailable,
  librarySpace,
  type PassageRecord,
} from '../ports.ts';
import { blockKeys, type Code, codeSpace, encodeCodes } from './code-segment.ts';
import { quantize, signsOf } from './encode-vector.ts';
import type { VectorStore } from './ports.ts';

export interface EmbedServices {
  readonly documents: DocumentStore;
  readonly segments: SegmentStore;
  readonly segmentReader: SegmentReader;
  readonly vectors: VectorStore;
  readonly embedder: Embedder | undefined;
}

/** What a provider takes at a time. */
const batchTexts = 100;
const batchDocuments = 20;
const mostSegments = 16;

/**
 * Embeds documents that have no vectors of the present model, until there are none or time is up. While the provider is away they wait: searches find them by their words.
 * @returns how many were embedded.
 */
export async function embedPending(services: EmbedServices, space: string, signal: AbortSignal): Promise<number> {
  const { documents, embedder } = services;
  // Tools are found by their words alone.
  if (!embedder || space !== librarySpace) return 0;
  let embedded = 0;
  try {
    while (!signal.aborted) {
      const waiting = await documents.unembedded(space, embedder.model, batchDocuments);
      if (waiting.length === 0) break;
      await embedBatch(services, embedder, space, waiting, signal);
      embedded += waiting.length;
    }
  } catch (error) {
    if (!(error instanceof EmbeddingUnavailable)) throw error;
    currentCorrelation()?.log.warn('Documents wait for the provider of embeddings.', { space, error });
  }
  return embedded;
}

async function embedBatch(
  services: EmbedServices,
  embedder: Embedder,
  space: string,
  waiting: readonly DocumentHead[],
  signal: AbortSignal,
): Promise<void> {
  const { documents, vectors } = services;
  const codes: Code[] = [];
  for (const document of waiting) {
    const { id, version, title } = document;
    const passages = await documents.passagesOf([document]);
    const embedded: Float32Array[] = [];
    for (let from = 0; from < passages.length; from += batchTexts) {
      const batch = passages.slice(from, from + batchTexts);
      embedded.push(
        ...(await embedder.embed(
          batch.map((passage) => textOf(title, passage)),
          signal,
        )),
      );
    }
    const vectorAt = (at: number): Float32Array => embedded[at] ?? new Float32Array();
    await documents.noteVersion(id, version);
    await vectors.write(
      embedder.model,
      { id, version },
      passages.map((passage, at) => ({ id: passage.id, vector: quantize(vectorAt(at)) })),
    );
    codes.push(
      ...passages.map(({ ordinal }, at) => ({ documentId: id, version, ordinal, signs: signsOf(vectorAt(at)) })),
    );
  }
  await addCodes(services, codeSpace(space, embedder.model), codes);
  for (const { id, version } of waiting) {
    const done = { embeddingStatus: 'completed', embeddingModel: embedder.model } as const;
    if (await documents.change(id, version, done)) await documents.endVersions([{ id, version }]);
    else await documents.abandonVersion(id, version);
  }
}

function textOf(title: string, { headings, text }: PassageRecord): string {
  return [title, ...headings, text].join('\n').slice(0, 8000).toWellFormed();
}

/** Codes come in once per version of a document, however many processes embed it. Many small segments become one, without what is not current any more. */
async function addCodes(
  { documents, segments, segmentReader }: EmbedServices,
  space: string,
  codes: readonly Code[],
): Promise<void> {
  for (;;) {
    const manifest = await segments.manifest(space);
    const headers = await segmentReader.headers(manifest.segments.map(({ id }) => id));
    const missing = codes.filter(({ documentId, version }) => !isIn(headers, documentId, version));
    if (missing.length === 0) return;
    const isMerge = manifest.segments.length >= mostSegments;
    const others = isMerge ? await currentCodes(documents, segments, manifest, headers) : [];
    const segment = await encodeCodes([...others, ...missing]);
    const id = newId();
    await segments.write(id, segment);
    const entry = { id, passages: segment.passages, bytes: segment.bytes };
    const kept = isMerge ? [] : manifest.segments;
    if (await segments.swap(space, manifest, { segments: [...kept, entry], forget: [] })) return;
  }
}

async function currentCodes(
  documents: DocumentStore,
  segments: SegmentStore,
  manifest: Manifest,
  headers: readonly SegmentHeader[],
): Promise<Code[]> {
  const codes: Code[] = [];
  for (const [at, header] of headers.entries()) {
    const keys = blockKeys(manifest.segments[at]?.id ?? '', header);
    const blocks = await segments.blocks(keys);
    const whole = Buffer.concat(keys.map((key) => blocks.get(key) ?? new Uint8Array()));
    const size = whole.length / Math.max(1, header.passages);
    const ids = Array.from({ length: header.documents }, (_, document) => header.documentId(document));
    const current = new Map((await documents.heads(ids)).map(({ id, version }) => [id, version]));
    for (let passage = 0; passage < header.passages; passage += 1) {
      const key = header.keyOf(passage);
      const signs = whole.subarray(passage * size, (passage + 1) * size);
      if (current.get(key.documentId) === key.version) codes.push({ ...key, signs });
    }
  }
  return codes;
}
