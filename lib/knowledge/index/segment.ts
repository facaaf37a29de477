import { takeTurns } from '../../kernel/take-turns.ts';
import { ByteReader, ByteWriter, packUuid } from './bytes.ts';
import { encodePostings } from './postings.ts';

/*
 * A segment is a set of passages, ready to be searched, that never changes: a header, and blocks of terms in order with the passages that hold them. Passages are numbered
 * within their segment, by document id and then by their place in the document.
 */

/** A block ends before this many bytes. A search reads a block for each of its words in each segment and goes through half of it; four times as much took four times as long. */
const blockBytes = 4000;
/** Postings of one term in one block; a longer list goes on in the next. */
const postingsPerEntry = 8000;
/** Bytes of the longest term: a word of 64 characters, or a facet. */
const longestTerm = 1024;

/** A passage as a segment takes it. */
export interface SegmentPassage {
  readonly documentId: string;
  readonly version: number;
  readonly ordinal: number;
  /** In words, weighted as the frequencies are. */
  readonly length: number;
  /** Term → weighted frequency. Facets are terms too. */
  readonly terms: ReadonlyMap<string, number>;
  /** Words as they stand, for the dictionary. */
  readonly surfaces: ReadonlySet<string>;
}

/** The encoded form, as a store keeps it. */
export interface EncodedSegment {
  readonly header: Uint8Array;
  readonly blocks: readonly Uint8Array[];
  readonly passages: number;
  readonly bytes: number;
}

/** One term of a segment on its way into the encoder; `passages` ascending. */
export interface TermPostings {
  readonly term: Uint8Array;
  /** For the dictionary, which has no passages: in how many the word occurs. */
  readonly count: number;
  readonly passages: readonly number[] | Uint32Array;
  readonly frequencies: readonly number[] | Uint16Array;
}

export interface PassageTable {
  readonly documents: readonly { readonly id: string; readonly version: number }[];
  readonly documentOf: readonly number[];
  readonly ordinalOf: readonly number[];
  readonly lengthOf: readonly number[];
  readonly languages: readonly string[];
}

/** Encodes terms that come in the order of their bytes. */
export async function encodeSegment(table: PassageTable, terms: Iterable<TermPostings>): Promise<EncodedSegment> {
  const turn = takeTurns();
  const blocks: Uint8Array[] = [];
  const firstTerms: Uint8Array[] = [];
  const block = new ByteWriter(blockBytes * 2);
  let previous: Uint8Array = new Uint8Array();
  const endBlock = (): void => {
    if (block.length > 0) blocks.push(block.take());
    previous = new Uint8Array();
  };
  const writeEntry = (term: Uint8Array, count: number, encoded: Uint8Array): void => {
    if (block.length + encoded.length > blockBytes) endBlock();
    if (block.length === 0) firstTerms.push(term);
    const shared = sharedPrefix(previous, term);
    block.varint(shared);
    block.varint(term.length - shared);
    block.bytes(term.subarray(shared));
    block.varint(count);
    block.varint(encoded.length);
    block.bytes(encoded);
    previous = term;
  };
  for (const { term, count, passages, frequencies } of terms) {
    await turn();
    if (passages.length === 0) writeEntry(term, count, new Uint8Array());
    for (let from = 0; from < passages.length; from += postingsPerEntry) {
      // A block has a term once.
      if (from > 0) endBlock();
      const to = Math.min(from + postingsPerEntry, passages.length);
      writeEntry(term, to - from, encodePostings(passages, frequencies, from, to));
    }
  }
  endBlock();
  const header = encodeHeader(table, firstTerms);
  const bytes = blocks.reduce((sum, { length }) => sum + length, header.length);
  return { header, blocks, passages: table.documentOf.length, bytes };
}

function encodeHeader(table: PassageTable, firstTerms: readonly Uint8Array[]): Uint8Array {
  const header = new ByteWriter(4096);
  header.varint(table.documents.length);
  for (const { id } of table.documents) header.bytes(packUuid(id));
  for (const { version } of table.documents) header.varint(version);
  header.varint(table.documentOf.length);
  let last = 0;
  table.documentOf.forEach((document, passage) => {
    header.varint(document - last);
    header.varint(table.ordinalOf[passage] ?? 0);
    header.varint(table.lengthOf[passage] ?? 0);
    last = document;
  });
  header.varint(table.languages.length);
  for (const language of table.languages) header.text(language);
  header.varint(firstTerms.length);
  for (const term of firstTerms) {
    header.varint(term.length);
    header.bytes(term);
  }
  return header.take();
}

function sharedPrefix(a: Uint8Array, b: Uint8Array): number {
  const most = Math.min(a.length, b.length, 127);
  let shared = 0;
  while (shared < most && a[shared] === b[shared]) shared += 1;
  return shared;
}

/** One entry of a block; `postings` are decoded when they are wanted. */
export interface BlockEntry {
  readonly term: Uint8Array;
  readonly count: number;
  readonly postings: Uint8Array;
}

/** The entries of a block in order. `term` is valid until the next step. */
export function* entriesOf(block: Uint8Array): Generator<BlockEntry> {
  const from = new ByteReader(block);
  const term = new Uint8Array(longestTerm);
  while (!from.isAtEnd) {
    const shared = from.varint();
    const length = shared + from.varint();
    for (let at = shared; at < length; at += 1) term[at] = block[from.at++] ?? 0;
    const count = from.varint();
    const postings = from.take(from.varint());
    yield { term: term.subarray(0, length), count, postings };
  }
}

/**
 * The entry of a term in a block. Because entries say how much they share with the one before, most are passed over without being compared.
 */
export function findEntry(block: Uint8Array, term: Uint8Array): BlockEntry | undefined {
  const from = new ByteReader(block);
  let matched = 0;
  while (!from.isAtEnd) {
    const shared = from.varint();
    const suffix = from.varint();
    // It parts from the one before earlier than the wanted term does, so it stands behind it.
    if (shared < matched) return undefined;
    if (shared === matched) {
      const start = from.at - shared;
      const length = shared + suffix;
      while (matched < length && matched < term.length && block[start + matched] === term[matched]) matched += 1;
      if (matched === length && length === term.length) {
        from.at += suffix;
        const count = from.varint();
        return { term, count, postings: from.take(from.varint()) };
      }
      if (matched === term.length || (matched < length && (block[start + matched] ?? 0) > (term[matched] ?? 0)))
        return undefined;
    }
    from.at += suffix;
    from.varint();
    const postings = from.varint();
    from.at += postings;
  }
  return undefined;
}
