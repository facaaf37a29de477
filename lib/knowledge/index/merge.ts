import { byPlace, tableOf } from './build-segment.ts';
import type { SegmentReader } from './cached-segments.ts';
import { openIndex, type OpenSegment } from './open-index.ts';
import type { Manifest } from './ports.ts';
import { decodePostings } from './postings.ts';
import { type EncodedSegment, encodeSegment, entriesOf, type TermPostings } from './segment.ts';

/** One segment of several, without the passages of stale versions. */
export async function mergeSegments(reader: SegmentReader, manifest: Manifest): Promise<EncodedSegment> {
  const { segments, languages } = await openIndex(reader, manifest);
  const { table, numberOf } = mergeTables(segments, languages);
  const streams = await Promise.all(
    segments.map(async ({ id, header }) => {
      const keys = header.firstTerms.map((_, block) => `${id}:${block}`);
      const blocks = await reader.blocks(keys);
      return termsOf(keys.map((key) => blocks.get(key) ?? new Uint8Array()));
    }),
  );
  return encodeSegment(table, mergeTerms(streams, numberOf));
}

/** Passages of all segments in one order, and the new number of each old one; -1 for those that are left out. */
function mergeTables(segments: readonly OpenSegment[], languages: readonly string[]) {
  const all = segments.flatMap(({ header, dead }, segment) =>
    Array.from({ length: header.passages }, (_, passage) => passage)
      .filter((passage) => dead?.[passage] !== 1)
      .map((passage) => ({ ...header.keyOf(passage), segment, passage, length: header.lengthOf[passage] ?? 0 })),
  );
  all.sort(byPlace);
  const numberOf = segments.map(({ header }) => new Int32Array(header.passages).fill(-1));
  all.forEach(({ segment, passage }, number) => {
    const numbers = numberOf[segment];
    if (numbers) numbers[passage] = number;
  });
  return { table: tableOf(all, languages), numberOf };
}

/** The terms of a segment's blocks, a list that goes on in the next block in one piece. */
function* termsOf(blocks: readonly Uint8Array[]): Generator<TermPostings> {
  let current: { term: Uint8Array; count: number; passages: Uint32Array[]; frequencies: Uint16Array[] } | undefined;
  const finished = (of: NonNullable<typeof current>): TermPostings => ({
    term: of.term,
    count: of.count,
    passages: joined(of.passages, Uint32Array),
    frequencies: joined(of.frequencies, Uint16Array),
  });
  for (const block of blocks)
    for (const entry of entriesOf(block)) {
      const hasPostings = entry.postings.length > 0;
      const passages = new Uint32Array(hasPostings ? entry.count : 0);
      const frequencies = new Uint16Array(passages.length);
      if (hasPostings) decodePostings(entry, passages, frequencies, 0);
      if (current && Buffer.compare(current.term, entry.term) === 0) {
        current.count += entry.count;
        current.passages.push(passages);
        current.frequencies.push(frequencies);
        continue;
      }
      if (current) yield finished(current);
      current = { term: entry.term.slice(), count: entry.count, passages: [passages], frequencies: [frequencies] };
    }
  if (current) yield finished(current);
}

function joined<A extends Uint32Array | Uint16Array>(pieces: readonly A[], Numbers: new (length: number) => A): A {
  if (pieces.length === 1 && pieces[0]) return pieces[0];
  const whole = new Numbers(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}

/** Merges streams of terms in order; a term without any passage left is dropped. */
function* mergeTerms(streams: Generator<TermPostings>[], numberOf: readonly Int32Array[]): Generator<TermPostings> {
  const heads = streams.map((stream) => stream.next().value as TermPostings | undefined);
  for (;;) {
    let least: Uint8Array | undefined;
    for (const head of heads) if (head && (!least || Buffer.compare(head.term, least) < 0)) least = head.term;
    if (!least) return;
    const passages: number[] = [];
    const frequencies: number[] = [];
    let count = 0;
    let isDictionary = false;
    heads.forEach((head, segment) => {
      if (!head || Buffer.compare(head.term, least) !== 0) return;
      isDictionary ||= head.passages.length === 0;
      count += head.count;
      for (let index = 0; index < head.passages.length; index += 1) {
        const number = numberOf[segment]?.[head.passages[index] ?? 0] ?? -1;
        if (number === -1) continue;
        passages.push(number);
        frequencies.push(head.frequencies[index] ?? 1);
      }
      heads[segment] = streams[segment]?.next().value as TermPostings | undefined;
    });
    if (isDictionary || passages.length > 0) yield { term: least, count, ...inOrder(passages, frequencies) };
  }
}

function inOrder(passages: number[], frequencies: number[]): Pick<TermPostings, 'passages' | 'frequencies'> {
  if (passages.every((passage, index) => index === 0 || (passages[index - 1] ?? 0) < passage))
    return { passages, frequencies };
  const order = passages.map((_, index) => index).toSorted((a, b) => (passages[a] ?? 0) - (passages[b] ?? 0));
  return {
    passages: order.map((index) => passages[index] ?? 0),
    frequencies: order.map((index) => frequencies[index] ?? 1),
  };
}
