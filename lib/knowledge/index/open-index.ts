import { defaultSettings, type RankingSettings } from '../search/settings.ts';
import { surfaceMark } from '../text/analyze.ts';
import type { SegmentReader } from './cached-segments.ts';
import type { Manifest } from './ports.ts';
import { decodePostings, type Postings } from './postings.ts';
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
}

export async function openIndex(reader: SegmentReader, manifest: Manifest): Promise<OpenIndex> {
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

/** A search asks for its words up to four times (counted, found, as candidates of the expansion, as part of it): each is looked up once. */
function readTerms(reader: SegmentReader, segments: readonly OpenSegment[]): Pick<OpenIndex, 'postings' | 'counts'> {
  const found = new Map<string, readonly SegmentPostings[]>();
  const find = async (terms: readonly string[]): Promise<void> => {
    const wanted = [...new Set(terms)].filter((term) => !found.has(term));
    for (const [term, lists] of await findLists(reader, segments, wanted))
      found.set(
        term,
        lists.map((list, segment) => segmentPostings(reader, list, segments[segment]?.dead)),
      );
  };
  return {
    async postings(terms) {
      await find(terms);
      return new Map(terms.map((term) => [term, found.get(term) ?? []]));
    },
    async counts(terms) {
      await find(terms);
      return new Map(terms.map((term) => [term, (found.get(term) ?? []).reduce((sum, { count }) => sum + count, 0)]));
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

function segmentPostings(reader: SegmentReader, { key, entries }: List, dead: Uint8Array | undefined): SegmentPostings {
  const total = entries.reduce((sum, { count }) => sum + count, 0);
  let postings: Postings | undefined;
  const read = (): Postings => {
    if (postings) return postings;
    const all = reader.postings.get(key) ?? reader.postings.keep(key, decode(entries, total));
    return (postings = dead ? withoutDead(all, dead) : all);
  };
  return { count: dead && total > 0 ? read().passages.length : total, read };
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
