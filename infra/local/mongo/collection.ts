import type { Entry, Index } from './indexes.ts';
import { encodeField } from './key-encoding.ts';
import type { Plan, Range } from './planner.ts';
import type { Storage } from './storage.ts';
import { decode, type Doc, RANK } from './values.ts';

export interface Stored {
  rid: number;
  bytes: Uint8Array;
}

const FIRST_CHUNK = 128;
const CHUNK = 1024;

/** One collection's documents and the keys of its indexes, kept in step. */
export class Collection {
  readonly id: number;
  readonly db: string;
  readonly name: string;
  readonly uuid: string;
  options: Doc;
  indexes: Index[] = [];
  readonly #storage: Storage;

  constructor(
    storage: Storage,
    id: number,
    db: string,
    name: string,
    { uuid, options }: { uuid: string; options: Doc },
  ) {
    this.#storage = storage;
    this.id = id;
    this.db = db;
    this.name = name;
    this.uuid = uuid;
    this.options = options;
  }

  get namespace(): string {
    return `${this.db}.${this.name}`;
  }

  count(): number {
    return Number(this.#storage.get(`SELECT count(*) AS n FROM documents_${this.id}`)?.['n']);
  }

  bytes(): number {
    return Number(this.#storage.get(`SELECT total(length(bson)) AS n FROM documents_${this.id}`)?.['n']);
  }

  read(rid: number): Uint8Array | undefined {
    return this.#storage.get(`SELECT bson FROM documents_${this.id} WHERE rid = ?`, rid)?.['bson'] as
      | Uint8Array
      | undefined;
  }

  insert(doc: Doc, bytes: Uint8Array): void {
    const keys = this.indexes.map((index) => this.#keys(index, doc));
    for (const [i, index] of this.indexes.entries()) this.#refuseDuplicates(index, keys[i] ?? [], -1);
    const rid = this.#storage.run(`INSERT INTO documents_${this.id} (bson) VALUES (?)`, bytes);
    for (const [i, index] of this.indexes.entries()) this.#addKeys(index, keys[i] ?? [], rid);
  }

  replace(rid: number, before: Doc, after: Doc, bytes: Uint8Array): void {
    const changes = this.indexes.map((index) => {
      const old = index.entries(before).entries;
      const now = this.#keys(index, after);
      const [had, has] = [new Set(old.map(identityOf)), new Set(now.map(identityOf))];
      const added = now.filter((entry) => !had.has(identityOf(entry)));
      const gone = old.filter((entry) => !has.has(identityOf(entry)));
      this.#refuseDuplicates(index, added, rid);
      return { index, added, gone };
    });
    this.#storage.run(`UPDATE documents_${this.id} SET bson = ? WHERE rid = ?`, bytes, rid);
    for (const { index, added, gone } of changes) {
      this.#removeKeys(index, gone, rid);
      this.#addKeys(index, added, rid);
    }
  }

  remove(rid: number, doc: Doc): void {
    for (const index of this.indexes) this.#removeKeys(index, index.entries(doc).entries, rid);
    this.#storage.run(`DELETE FROM documents_${this.id} WHERE rid = ?`, rid);
  }

  /** Fills a new index from the documents that are there; a duplicate stops it. */
  index(index: Index): void {
    for (const { rid, bytes } of this.scan({ ranges: [], sorted: false, backwards: false })) {
      const keys = this.#keys(index, decode(bytes));
      this.#refuseDuplicates(index, keys, rid);
      this.#addKeys(index, keys, rid);
    }
  }

  /** Removes documents whose TTL has passed; gives how many. */
  expire(now: number): number {
    let expired = 0;
    for (const index of this.indexes) {
      if (index.expireAfter === undefined) continue;
      const direction = index.fields[0]?.direction ?? 1;
      const bounds = [encodeField(new Date(now - index.expireAfter * 1000), direction), edgeOfDates(direction)];
      const [low, high] = direction < 0 ? bounds : bounds.toReversed();
      if (!low || !high) continue;
      const rows = this.#storage.all(
        `SELECT DISTINCT rid FROM keys_${index.id} WHERE key >= ? AND key <= ?`,
        low,
        high,
      );
      for (const { rid } of rows) {
        const bytes = this.read(Number(rid));
        if (bytes) this.remove(Number(rid), decode(bytes));
        expired += 1;
      }
    }
    return expired;
  }

  /** The documents that a plan leads to, read a chunk at a time so that writes in between do no harm. */
  *scan(plan: Plan): Generator<Stored> {
    if (!plan.index) {
      yield* this.#scanDocuments();
      return;
    }
    const seen = plan.index.multikey ? new Set<number>() : undefined;
    const ranges = plan.backwards ? plan.ranges.toReversed() : plan.ranges;
    for (const range of ranges) {
      for (const stored of this.#scanKeys(plan.index, range, plan.backwards)) {
        if (seen?.has(stored.rid)) continue;
        seen?.add(stored.rid);
        yield stored;
      }
    }
  }

  *#scanDocuments(): Generator<Stored> {
    let last = -1;
    for (let limit = FIRST_CHUNK; ; limit = CHUNK) {
      const sql = `SELECT rid, bson FROM documents_${this.id} WHERE rid > ? ORDER BY rid LIMIT ?`;
      const rows = this.#storage.all(sql, last, limit);
      for (const row of rows) yield { rid: (last = Number(row['rid'])), bytes: row['bson'] as Uint8Array };
      if (rows.length < limit) return;
    }
  }

  *#scanKeys(index: Index, { low, high }: Range, backwards: boolean): Generator<Stored> {
    const from = `FROM keys_${index.id} k JOIN documents_${this.id} d ON d.rid = k.rid`;
    const [next, order] = backwards ? ['(k.key, k.rid) < (?, ?)', 'DESC'] : ['(k.key, k.rid) > (?, ?)', 'ASC'];
    const sql = `SELECT k.key, k.rid, d.bson ${from} WHERE k.key >= ? AND k.key < ? AND ${next} ORDER BY k.key ${order}, k.rid ${order} LIMIT ?`;
    let at: [Uint8Array, number] = backwards ? [high, -1] : [low, -1];
    for (let limit = FIRST_CHUNK; ; limit = CHUNK) {
      const rows = this.#storage.all(sql, low, high, ...at, limit);
      for (const row of rows) {
        at = [row['key'] as Uint8Array, Number(row['rid'])];
        yield { rid: at[1], bytes: row['bson'] as Uint8Array };
      }
      if (rows.length < limit) return;
    }
  }

  #keys(index: Index, doc: Doc): Entry[] {
    const { entries, multikey } = index.entries(doc);
    if (multikey && !index.multikey) this.#storage.markMultikey(index);
    return entries;
  }

  #refuseDuplicates(index: Index, entries: Entry[], rid: number): void {
    if (!index.unique) return;
    for (const entry of entries) {
      const sql = `SELECT rid FROM keys_${index.id} WHERE key = ? AND rid <> ? LIMIT 1`;
      if (this.#storage.get(sql, entry.key, rid)) throw index.duplicate(this.namespace, entry);
    }
  }

  #addKeys(index: Index, entries: Entry[], rid: number): void {
    const sql = `INSERT INTO keys_${index.id} (key, rid) VALUES (?, ?)`;
    for (const { key } of entries) this.#storage.run(sql, key, rid);
  }

  #removeKeys(index: Index, entries: Entry[], rid: number): void {
    const sql = `DELETE FROM keys_${index.id} WHERE key = ? AND rid = ?`;
    for (const { key } of entries) this.#storage.run(sql, key, rid);
  }
}

function edgeOfDates(direction: number): Buffer {
  // Before all dates going up; behind all dates going down.
  return Buffer.from([direction < 0 ? (~RANK.date & 0xff) + 1 : RANK.date]);
}

function identityOf({ key }: Entry): string {
  return key.toString('latin1');
}
