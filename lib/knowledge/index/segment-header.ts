import { ByteReader, packUuid, unpackUuid } from './bytes.ts';

/** A passage by its place. */
export interface PassageKey {
  readonly documentId: string;
  readonly version: number;
  readonly ordinal: number;
}

/** A segment's header, decoded. */
export class SegmentHeader {
  readonly passages: number;
  readonly documents: number;
  readonly versions: Uint32Array;
  readonly documentOf: Uint32Array;
  readonly ordinalOf: Uint32Array;
  readonly lengthOf: Uint32Array;
  readonly totalLength: number;
  readonly languages: readonly string[];
  readonly firstTerms: readonly Uint8Array[];
  readonly #ids: Uint8Array;

  constructor(bytes: Uint8Array) {
    const from = new ByteReader(bytes);
    this.documents = from.varint();
    this.#ids = from.take(this.documents * 16);
    this.versions = Uint32Array.from({ length: this.documents }, () => from.varint());
    this.passages = from.varint();
    this.documentOf = new Uint32Array(this.passages);
    this.ordinalOf = new Uint32Array(this.passages);
    this.lengthOf = new Uint32Array(this.passages);
    let document = 0;
    let total = 0;
    for (let passage = 0; passage < this.passages; passage += 1) {
      document += from.varint();
      this.documentOf[passage] = document;
      this.ordinalOf[passage] = from.varint();
      total += this.lengthOf[passage] = from.varint();
    }
    this.totalLength = total;
    this.languages = Array.from({ length: from.varint() }, () => from.text());
    this.firstTerms = Array.from({ length: from.varint() }, () => from.take(from.varint()));
  }

  documentId(document: number): string {
    return unpackUuid(this.#ids.subarray(document * 16, document * 16 + 16));
  }

  keyOf(passage: number): PassageKey {
    const document = this.documentOf[passage] ?? 0;
    return {
      documentId: this.documentId(document),
      version: this.versions[document] ?? 0,
      ordinal: this.ordinalOf[passage] ?? 0,
    };
  }

  /** The number of a document's version in this segment; -1 when it is not there. */
  findDocument(id: string, version: number): number {
    for (const document of this.#versionsOf(id)) if (this.versions[document] === version) return document;
    return -1;
  }

  /** The versions of a document in this segment that are older than one. */
  versionsBefore(id: string, version: number): number[] {
    return [...this.#versionsOf(id)].map((document) => this.versions[document] ?? 0).filter((own) => own < version);
  }

  /** The passages of all versions of a document, in order. */
  passagesOf(id: string): number[] {
    const documents = new Set(this.#versionsOf(id));
    if (documents.size === 0) return [];
    return [...this.documentOf.keys()].filter((passage) => documents.has(this.documentOf[passage] ?? 0));
  }

  /** Versions of one document stand together. */
  *#versionsOf(id: string): Generator<number> {
    const wanted = packUuid(id);
    const compare = (document: number): number =>
      Buffer.compare(this.#ids.subarray(document * 16, document * 16 + 16), wanted);
    let low = 0;
    for (let high = this.documents; low < high;) {
      const middle = (low + high) >> 1;
      if (compare(middle) < 0) low = middle + 1;
      else high = middle;
    }
    for (; low < this.documents && compare(low) === 0; low += 1) yield low;
  }

  /** The blocks that may hold terms from `low` to `high`, both included. */
  blocksBetween(low: Uint8Array, high: Uint8Array): number[] {
    const found: number[] = [];
    for (let block = this.#lastBlockBefore(low); block < this.firstTerms.length; block += 1) {
      const first = this.firstTerms[block];
      if (first && Buffer.compare(first, high) > 0) break;
      found.push(block);
    }
    return found;
  }

  /** The last block that starts before the term; the first one when none does. */
  #lastBlockBefore(term: Uint8Array): number {
    let low = 0;
    let high = this.firstTerms.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const first = this.firstTerms[middle];
      if (first && Buffer.compare(first, term) < 0) low = middle + 1;
      else high = middle;
    }
    return Math.max(0, low - 1);
  }
}
