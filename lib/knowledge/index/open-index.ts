import { defaultSettings, type RankingSettings } from '../search/settings.ts';
import { surfaceMark } from '../text/analyze.ts';
import type { SegmentReader } from './cached-segments.ts';
import { documentOfTerm } from './facets.ts';
import { Kept } from './kept.ts';
import type { Manifest } from './ports.ts';
import { decodePostings, encodePostings, type Postings } from './postings.ts';
import type { PassageKey, SegmentHeader } from './segment-header.ts';
import { type BlockEntry, entriesOf, findEntry } from './segment.ts';

/** A term's postings in one segment, those of stale versions left out. */
export interface SegmentPostings {
  readonly count: number;
  read(): Postings;
}

/** One segment as a query sees it. */
export interface OpenSegment {
  readonly id: string;
  readonly header: SegmentHeader;
  /** Number of its first passage among all. */
  readonly base: number;
  /** 1 for passages of stale versions; undefined when there are none. */
  readonly dead: Uint8Array | undefined;
}

/** All segments of a manifest, as one index. */
export interface OpenIndex {
  readonly segments: readonly OpenSegment[];
  /** Of all segments, the dead ones included: passages are numbered up to here. */
  readonly size: number;
  readonly livePassages: number;
  readonly liveLength: number;
  readonly languages: readonly string[];
  /** How it is ranked. */
  readonly settings: RankingSettings;
  /** For each term its postings by segment. */
  postings(terms: readonly string[]): Promise<ReadonlyMap<string, readonly SegmentPostings[]>>;
  /** In how many live passages each term stands; cheaper than their postings. */
  counts(terms: readonly string[]): Promise<ReadonlyMap<string, number>>;
  /** Words of the dictionary that begin with `prefix`, with the number of passages that hold each. */
  dictionary(prefix: string): Promise<ReadonlyMap<string, number>>;
  keyOf(passage: number): PassageKey;
  /** Does some work with a number for each passage, 0 to begin with, that nobody may keep: the next search has the same memory, because a megabyte for each keeps the garbage collector busy. */
  withScores<T>(work: (scores: Float64Array) => Promise<T>): Promise<T>;
}

/** The indexes of the manifests that were opened last, with how often terms stand in them: searches are many between two changes. */
const opened = new WeakMap<SegmentReader, Map<string, OpenIndex>>();
const mostOpened = 4;
/** Postings without those of stale versions, and a quarter as much for counts, that an opened index keeps. */
const keptBytes = 16_000_000;

export async function openIndex(reader: SegmentReader, manifest: Manifest): Promise<OpenIndex> {
  const { generation, segments, stale, settings } = manifest;
  // Within a generation versions are added to the list of stale ones alone.
  const key = JSON.stringify([generation, segments.map(({ id }) => id), stale.length, settings]);
  const known = opened.get(reader) ?? new Map<string, OpenIndex>();
  opened.set(reader, known);
  const index = known.get(key) ?? (await open(reader, manifest));
  known.delete(key);
  known.set(key, index);
  const [oldest] = known.keys();
  if (known.size > mostOpened && oldest !== undefined) known.delete(oldest);
  return index;
}

async function open(reader: SegmentReader, manifest: Manifest): Promise<OpenIndex> {
  const { segments: entries, settings } = manifest;
  const headers = await reader.headers(entries.map(({ id }) => id));
  const segments: OpenSegment[] = [];
  let size = 0;
  let livePassages = 0;
  let liveLength = 0;
  headers.forEach((header, index) => {
    const dead = deadPassages(header, manifest);
    segments.push({ id: entries[index]?.id ?? '', header, base: size, dead });
    size += header.passages;
    livePassages += header.passages;
    liveLength += header.totalLength;
    dead?.forEach((isDead, passage) => {
      if (isDead === 0) return;
      livePassages -= 1;
      liveLength -= header.lengthOf[passage] ?? 0;
    });
  });
  let spare: Float64Array | undefined;
  return {
    segments,
    size,
    livePassages,
    liveLength,
    languages: [...new Set(headers.flatMap(({ languages }) => languages))].toSorted(),
    settings: { ...defaultSettings, ...settings },
    ...readTerms(reader, segments),
    dictionary: (prefix) => readDictionary(reader, segments, prefix),
    keyOf(passage) {
      const { header, base } = segmentOf(segments, passage);
      return header.keyOf(passage - base);
    },
    async withScores(work) {
      const scores = spare?.fill(0) ?? new Float64Array(size);
      spare = undefined;
      try {
        return await work(scores);
      } finally {
        spare = scores;
      }
    },
  };
}

function segmentOf(segments: readonly OpenSegment[], passage: number): OpenSegment {
  const found = segments.findLast(({ base }) => base <= passage);
  if (!found) throw new RangeError(`There is no passage ${passage} in the index.`);
  return found;
}

/** What was found last for a segment: thousands of versions may be stale until a merge. */
const lastDead = new WeakMap<SegmentHeader, { readonly of: string; readonly dead: Uint8Array | undefined }>();

function deadPassages(header: SegmentHeader, { generation, stale }: Manifest): Uint8Array | undefined {
  // Within a generation versions are added to the list alone.
  const of = `${generation} ${stale.length}`;
  const last = lastDead.get(header);
  if (last?.of === of) return last.dead;
  const documents = new Set(stale.map(({ id, version }) => header.findDocument(id, version)).filter((at) => at !== -1));
  const dead =
    documents.size === 0
      ? undefined
      : Uint8Array.from(header.documentOf, (document) => (documents.has(document) ? 1 : 0));
  lastDead.set(header, { of, dead });
  return dead;
}

function readTerms(reader: SegmentReader, segments: readonly OpenSegment[]): Pick<OpenIndex, 'postings' | 'counts'> {
  const live = new Kept<Postings>(keptBytes, ({ passages }) => 200 + 6 * passages.length);
  const known = new Kept<number>(keptBytes / 4, () => 150);
  const find = async (terms: readonly string[]): Promise<ReadonlyMap<string, readonly SegmentPostings[]>> => {
    const found = await findLists(reader, segments, [...new Set(terms)]);
    const open = (list: List, segment: number): SegmentPostings =>
      segmentPostings(reader, list, { dead: segments[segment]?.dead, live });
    return new Map([...found].map(([term, lists]) => [term, lists.map(open)]));
  };
  return {
    postings: find,
    async counts(terms) {
      const counts = new Map<string, number>();
      const missing: string[] = [];
      for (const term of terms) {
        const count = known.get(term);
        if (count === undefined) missing.push(term);
        else counts.set(term, count);
      }
      for (const [term, lists] of await find(missing)) {
        const sum = lists.reduce((all, { count }) => all + count, 0);
        counts.set(term, known.keep(term, sum));
      }
      return counts;
    },
  };
}

/** Where a term stands in a segment. */
interface List {
  /** `<segment>:<term>` */
  readonly key: string;
  entries: readonly BlockEntry[];
}

/** By term, then by segment; what is not kept is read at once. */
async function findLists(
  reader: SegmentReader,
  segments: readonly OpenSegment[],
  terms: readonly string[],
): Promise<ReadonlyMap<string, readonly List[]>> {
  const missing: { readonly list: List; readonly term: Uint8Array; readonly blocks: readonly string[] }[] = [];
  const listOf = (text: string, { id, header }: OpenSegment): List => {
    const key = `${id}:${text}`;
    const known = reader.entries.get(key);
    const list = { key, entries: known ?? [] };
    if (known) return list;
    const term = Buffer.from(text, 'utf8');
    const documentId = documentOfTerm(text);
    if (documentId !== undefined)
      return { key, entries: reader.entries.keep(key, entriesOfDocument(header, documentId, term)) };
    // Mostly one; a long list goes on in the following blocks.
    missing.push({ list, term, blocks: header.blocksBetween(term, term).map((block) => `${id}:${block}`) });
    return list;
  };
  const found = new Map(terms.map((term) => [term, segments.map((segment) => listOf(term, segment))]));
  if (missing.length === 0) return found;
  const read = await reader.blocks(missing.flatMap(({ blocks }) => blocks));
  for (const { list, term, blocks } of missing) {
    const entries = blocks.flatMap((block) => findEntry(read.get(block) ?? new Uint8Array(), term) ?? []);
    // Their own bytes: a view of a block would keep the whole of it.
    list.entries = entries.map((entry) => ({ ...entry, postings: entry.postings.slice() }));
    reader.entries.keep(list.key, list.entries);
  }
  return found;
}

function entriesOfDocument(header: SegmentHeader, documentId: string, term: Uint8Array): BlockEntry[] {
  const passages = header.passagesOf(documentId);
  if (passages.length === 0) return [];
  const ones = passages.map(() => 1);
  return [{ term, count: passages.length, postings: encodePostings(passages, ones, 0, passages.length) }];
}

function segmentPostings(
  reader: SegmentReader,
  { key, entries }: List,
  { dead, live }: { readonly dead: Uint8Array | undefined; readonly live: Kept<Postings> },
): SegmentPostings {
  const total = entries.reduce((sum, { count }) => sum + count, 0);
  const readAll = (): Postings => reader.postings.get(key) ?? reader.postings.keep(key, decode(entries, total));
  if (!dead || total === 0) return { count: total, read: readAll };
  const read = (): Postings => live.get(key) ?? live.keep(key, withoutDead(readAll(), dead));
  return { count: read().passages.length, read };
}

function decode(entries: readonly BlockEntry[], total: number): Postings {
  const postings = { passages: new Uint32Array(total), frequencies: new Uint16Array(total) };
  let count = 0;
  for (const entry of entries) count += decodePostings(entry, postings.passages, postings.frequencies, count);
  return postings;
}

function withoutDead({ passages, frequencies }: Postings, dead: Uint8Array): Postings {
  const live = { passages: passages.slice(), frequencies: frequencies.slice() };
  let count = 0;
  for (let index = 0; index < passages.length; index += 1) {
    const passage = passages[index] ?? 0;
    if (dead[passage] === 1) continue;
    live.passages[count] = passage;
    live.frequencies[count] = frequencies[index] ?? 1;
    count += 1;
  }
  return { passages: live.passages.subarray(0, count), frequencies: live.frequencies.subarray(0, count) };
}

async function readDictionary(
  reader: SegmentReader,
  segments: readonly OpenSegment[],
  prefix: string,
): Promise<ReadonlyMap<string, number>> {
  const low = Buffer.from(surfaceMark + prefix, 'utf8');
  const high = Buffer.concat([low, Buffer.from([0xff])]);
  const keys = segments.flatMap(({ id, header }) => header.blocksBetween(low, high).map((block) => `${id}:${block}`));
  const words = new Map<string, number>();
  for (const block of (await reader.blocks(keys)).values())
    for (const { term, count } of entriesOf(block)) {
      if (Buffer.compare(term, low) < 0) continue;
      if (Buffer.compare(term, high) > 0) break;
      const word = Buffer.from(term.subarray(surfaceMark.length)).toString('utf8');
      words.set(word, (words.get(word) ?? 0) + count);
    }
  return words;
}
