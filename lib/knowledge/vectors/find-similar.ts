import type { SegmentReader } from '../index/cached-segments.ts';
import type { PassageKey } from '../index/segment-header.ts';
import type { SegmentStore } from '../index/ports.ts';
import { blockKeys, codeSpace, placeOfCode } from './code-segment.ts';
import { cosine, distance, signsOf } from './encode-vector.ts';
import type { VectorStore } from './ports.ts';

/** So many passages are looked at closely; the same for every search, so that scores do not hang on its limit. */
const candidates = 200;

/** The passages of a space that are nearest to a query's vector, with their cosines: signs choose, bytes decide. */
export async function findSimilar(
  services: { readonly segments: SegmentStore; readonly segmentReader: SegmentReader; readonly vectors: VectorStore },
  space: string,
  model: string,
  query: Float32Array,
): Promise<{ readonly key: PassageKey; readonly similarity: number }[]> {
  const { segments, segmentReader, vectors } = services;
  const manifest = await segments.manifest(codeSpace(space, model));
  const headers = await segmentReader.headers(manifest.segments.map(({ id }) => id));
  const signs = signsOf(query);
  const near: { segment: number; passage: number; distance: number }[] = [];
  for (const [segment, header] of headers.entries()) {
    const keys = blockKeys(manifest.segments[segment]?.id ?? '', header);
    const blocks = await segmentReader.blocks(keys);
    for (let passage = 0; passage < header.passages; passage += 1) {
      const { block, offset } = placeOfCode(passage, signs.length);
      const codes = blocks.get(keys[block] ?? '');
      if (codes) near.push({ segment, passage, distance: distance(signs, codes, offset) });
    }
  }
  near.sort((a, b) => a.distance - b.distance || a.segment - b.segment || a.passage - b.passage);
  const keyOf = new Map<string, PassageKey>();
  for (const { segment, passage } of near.slice(0, candidates)) {
    const header = headers[segment];
    if (!header) continue;
    const key = header.keyOf(passage);
    keyOf.set(`${key.documentId}.${key.version}.${key.ordinal}`, key);
  }
  return (await vectors.read(model, [...keyOf.keys()])).flatMap(({ id, vector }) => {
    const key = keyOf.get(id);
    return key ? [{ key, similarity: Math.max(0, cosine(query, vector)) }] : [];
  });
}
