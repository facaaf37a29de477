import type { Entry, Index } from './indexes.ts';
import { type Plan, planQuery, type Range } from './planner.ts';
import type { SqliteFile } from './sqlite-file.ts';
import { decode, type Doc } from './values.ts';

export interface Stored {
  rid: number;
  bytes: Uint8Array;
}

/** How many rows are read at a time: few at first, because most queries want few, and documents may be large. */
const firstChunk = 16;
const maxChunk = 256;

/** One collection's documents and the keys of its indexes, kept in step. */
export class Collection {
  readonly id: number;
  readonly db: string;
  readonly name: string;
  readonly uuid: string;
  indexes: Index[] = [];
  readonly #file: SqliteFile;

  constructor(file: SqliteFile, { id, db, name, uuid }: Pick<Collection, 'id' | 'db' | 'name' | 'uuid'>) {
    this.#file = file;
    this.id = id;
    this.db = db;
    this.name = name;
    this.uuid = uuid;
  }

  get namespace(): string {
    return `${this.db}.${this.name}`;
  }

  count(): number {
    return Number(this.#file.get(`SELECT count(*) AS n FROM documents_${this.id}`)?.['n']);
  }

  bytes(): number {
    return Number(this.#file.get(`SELECT total(length(bson)) AS n FROM documents_${this.id}`)?.['n']);
  }

  insert(doc: Doc, bytes: Uint8Array): void {
    const keys = this.indexes.map((index) => this.#keys(index, doc));
    for (const [i, index] of this.indexes.entries()) this.#refuseDuplicates(index, keys[i] ?? [], -1);
    const rid = this.#file.run(`INSERT INTO documents_${this.id} (bson) VALUES (?)`, bytes);
    for (const [i, index] of this.indexes.entries()) this.#addKeys(index, keys[i] ?? [], rid);
  }

  replace(rid: number, before: Doc, after: Doc, bytes: Uint8Array): void {
    const changes = this.indexes.map((index) => ({
      index,
      old: index.entries(before).entries,
      now: this.#keys(index, after),
    }));
    const moved = changes.filter(({ old, now }) => identityOf(old) !== identityOf(now));
    for (const { index, now } of moved) this.#refuseDuplicates(index, now, rid);
    this.#file.run(`UPDATE documents_${this.id} SET bson = ? WHERE rid = ?`, bytes, rid);
    for (const { index, old, now } of moved) {
      this.#removeKeys(index, old, rid);
      this.#addKeys(index, now, rid);
    }
  }

  remove(rid: number, doc: Doc): void {
    for (const index of this.indexes) this.#removeKeys(index, index.entries(doc).entries, rid);
    this.#file.run(`DELETE FROM documents_${this.id} WHERE rid = ?`, rid);
  }

  /** Fills an index from the documents that are there; a duplicate stops it. */
  index(index: Index): void {
    this.#file.run(`DELETE FROM keys_${index.id}`);
    for (const { rid, bytes } of this.scan({ ranges: [], sorted: false, backwards: false })) {
      const keys = this.#keys(index, decode(bytes));
      this.#refuseDuplicates(index, keys, rid);
      this.#addKeys(index, keys, rid);
    }
  }

  /** Removes documents whose TTL has passed. */
  expire(now: number): void {
    for (const index of this.indexes) {
      const [path = ''] = index.paths;
      if (index.expireAfter === undefined) continue;
      const plan = planQuery([index], { [path]: { $lte: new Date(now - index.expireAfter * 1000) } }, []);
      if (plan.index) for (const { rid, bytes } of this.scan(plan)) this.remove(rid, decode(bytes));
    }
  }

  /** The documents that a plan leads to, read a chunk at a time so that writes in between do no harm; `wanted`: the first chunk need not be longer. */
  *scan(plan: Plan, wanted = firstChunk): Generator<Stored> {
    const first = Math.min(wanted, firstChunk);
    if (!plan.index) {
      yield* this.#scanDocuments(first);
      return;
    }
    const seen = plan.index.multikey ? new Set<number>() : undefined;
    const ranges = plan.backwards ? plan.ranges.toReversed() : plan.ranges;
    for (const range of ranges) {
      for (const stored of this.#scanKeys(plan.index, range, plan.backwards, first)) {
        if (seen?.has(stored.rid)) continue;
        seen?.add(stored.rid);
        yield stored;
      }
    }
  }

  *#scanDocuments(first: number): Generator<Stored> {
    let last = -1;
    for (let limit = first; ; limit = Math.min(limit * 4, maxChunk)) {
      const sql = `SELECT rid, bson FROM documents_${this.id} WHERE rid > ? ORDER BY rid LIMIT ?`;
      const rows = this.#file.all(sql, last, limit);
      for (const row of rows) yield { rid: (last = Number(row['rid'])), bytes: row['bson'] as Uint8Array };
      if (rows.length < limit) return;
    }
  }

  *#scanKeys(index: Index, { low, high, isKey }: Range, backwards: boolean, first: number): Generator<Stored> {
    if (isKey && index.unique) {
      // Mostly an id; a range takes sqlite three times as long.
      const sql = `SELECT d.rid, d.bson FROM keys_${index.id} k JOIN documents_${this.id} d ON d.rid = k.rid WHERE k.key = ?`;
      for (const row of this.#file.all(sql, low)) yield { rid: Number(row['rid']), bytes: row['bson'] as Uint8Array };
      return;
    }
    const from = `FROM keys_${index.id} k JOIN documents_${this.id} d ON d.rid = k.rid`;
    const [next, order] = backwards ? ['(k.key, k.rid) < (?, ?)', 'DESC'] : ['(k.key, k.rid) > (?, ?)', 'ASC'];
    const sql = `SELECT k.key, k.rid, d.bson ${from} WHERE k.key >= ? AND k.key < ? AND ${next} ORDER BY k.key ${order}, k.rid ${order} LIMIT ?`;
    let at: [Uint8Array, number] = backwards ? [high, -1] : [low, -1];
    for (let limit = first; ; limit = Math.min(limit * 4, maxChunk)) {
      const rows = this.#file.all(sql, low, high, ...at, limit);
      for (const row of rows) {
        at = [row['key'] as Uint8Array, Number(row['rid'])];
        yield { rid: at[1], bytes: row['bson'] as Uint8Array };
      }
      if (rows.length < limit) return;
    }
  }

  #keys(index: Index, doc: Doc): Entry[] {
    const { entries, multikey } = index.entries(doc);
    if (multikey) {
      index.multikey = true;
      // Asked of the file each time: a transaction that was undone may have left the member ahead of it.
      this.#file.run('UPDATE indexes SET multikey = 1 WHERE id = ? AND multikey = 0', index.id);
    }
    return entries;
  }

  #refuseDuplicates(index: Index, entries: Entry[], rid: number): void {
    if (!index.unique) return;
    for (const entry of entries) {
      const sql = `SELECT rid FROM keys_${index.id} WHERE key = ? AND rid <> ? LIMIT 1`;
      if (this.#file.get(sql, entry.key, rid)) throw index.duplicate(this.namespace, entry);
    }
  }

  #addKeys(index: Index, entries: Entry[], rid: number): void {
    const sql = `INSERT INTO keys_${index.id} (key, rid) VALUES (?, ?)`;
    for (const { key } of entries) this.#file.run(sql, key, rid);
  }

  #removeKeys(index: Index, entries: Entry[], rid: number): void {
    const sql = `DELETE FROM keys_${index.id} WHERE key = ? AND rid = ?`;
    for (const { key } of entries) this.#file.run(sql, key, rid);
  }
}

function identityOf(entries: readonly Entry[]): string {
  return entries.map(({ key }) => key.toString('hex')).join();
}
