import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import { randomUUID } from 'node:crypto';
import { Collection } from './collection.ts';
import { mongoError } from './errors.ts';
import { ID_INDEX, Index } from './indexes.ts';
import { decode, type Doc, encode } from './values.ts';

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS collections (
    id INTEGER PRIMARY KEY, db TEXT NOT NULL, name TEXT NOT NULL, uuid TEXT NOT NULL, options BLOB NOT NULL, UNIQUE (db, name)
  );
  CREATE TABLE IF NOT EXISTS indexes (
    id INTEGER PRIMARY KEY, collection INTEGER NOT NULL, spec BLOB NOT NULL, multikey INTEGER NOT NULL DEFAULT 0
  );
`;

/** The sqlite file: a catalog, one table of documents a collection, one table of keys an index. */
export class Storage {
  readonly #database: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();
  #collections = new Map<string, Collection>();
  /** The catalog changed in this transaction, so undoing it must read it again. */
  #changed = false;

  constructor(file: string) {
    this.#database = new DatabaseSync(file);
    // WAL with synchronous=NORMAL survives the death of the process at any moment; only a power cut may take the last commits.
    this.#database.exec(
      `PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA cache_size = -65536; ${SCHEMA}`,
    );
    this.#load();
  }

  #load(): void {
    this.#collections = new Map();
    for (const row of this.all('SELECT id, db, name, uuid, options FROM collections')) {
      const collection = new Collection(this, Number(row['id']), String(row['db']), String(row['name']), {
        uuid: String(row['uuid']),
        options: decode(row['options'] as Uint8Array),
      });
      for (const index of this.all(
        'SELECT id, spec, multikey FROM indexes WHERE collection = ? ORDER BY id',
        collection.id,
      )) {
        collection.indexes.push(
          new Index(Number(index['id']), decode(index['spec'] as Uint8Array), index['multikey'] === 1),
        );
      }
      this.#collections.set(collection.namespace, collection);
    }
  }

  #statement(sql: string): StatementSync {
    let statement = this.#statements.get(sql);
    if (!statement) this.#statements.set(sql, (statement = this.#database.prepare(sql)));
    return statement;
  }

  all(sql: string, ...values: SQLInputValue[]): Record<string, unknown>[] {
    return this.#statement(sql).all(...values);
  }

  get(sql: string, ...values: SQLInputValue[]): Record<string, unknown> | undefined {
    return this.#statement(sql).get(...values);
  }

  /** Runs a writing statement; gives the row id of an insert. */
  run(sql: string, ...values: SQLInputValue[]): number {
    return Number(this.#statement(sql).run(...values).lastInsertRowid);
  }

  /** One sqlite transaction; what `work` throws undoes it, the catalog in memory included. */
  transaction<T>(work: () => T): T {
    this.#changed = false;
    this.#database.exec('BEGIN');
    try {
      const result = work();
      this.#database.exec('COMMIT');
      return result;
    } catch (error) {
      // sqlite has undone it already when the disk is full.
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK');
      if (this.#changed) this.#load();
      throw error;
    }
  }

  collections(db?: string): Collection[] {
    return [...this.#collections.values()].filter((collection) => db === undefined || collection.db === db);
  }

  collection(db: string, name: string): Collection | undefined {
    return this.#collections.get(`${db}.${name}`);
  }

  create(db: string, name: string, options: Doc): Collection {
    this.#changed = true;
    const namespace = `${db}.${name}`;
    if (this.#collections.has(namespace))
      throw mongoError('NamespaceExists', `Collection ${namespace} already exists.`);
    if (name === '' || name.includes('\0') || name.startsWith('.') || name.includes('$')) {
      throw mongoError('InvalidNamespace', `Invalid namespace specified '${namespace}'`);
    }
    const uuid = randomUUID();
    const id = this.run(
      'INSERT INTO collections (db, name, uuid, options) VALUES (?, ?, ?, ?)',
      db,
      name,
      uuid,
      encode(options),
    );
    this.#database.exec(`CREATE TABLE documents_${id} (rid INTEGER PRIMARY KEY AUTOINCREMENT, bson BLOB NOT NULL)`);
    const collection = new Collection(this, id, db, name, { uuid, options });
    this.#collections.set(namespace, collection);
    this.addIndex(collection, ID_INDEX);
    return collection;
  }

  drop(collection: Collection): void {
    this.#changed = true;
    for (const index of collection.indexes) this.dropIndex(collection, index);
    this.#statements.clear();
    this.#database.exec(`DROP TABLE documents_${collection.id}`);
    this.run('DELETE FROM collections WHERE id = ?', collection.id);
    this.#collections.delete(collection.namespace);
  }

  addIndex(collection: Collection, spec: Doc): Index {
    this.#changed = true;
    const id = this.run('INSERT INTO indexes (collection, spec) VALUES (?, ?)', collection.id, encode(spec));
    this.#database.exec(
      `CREATE TABLE keys_${id} (key BLOB NOT NULL, rid INTEGER NOT NULL, PRIMARY KEY (key, rid)) WITHOUT ROWID`,
    );
    const index = new Index(id, spec, false);
    collection.indexes = [...collection.indexes, index];
    collection.index(index);
    return index;
  }

  dropIndex(collection: Collection, index: Index): void {
    this.#changed = true;
    this.#statements.clear();
    this.#database.exec(`DROP TABLE keys_${index.id}`);
    this.run('DELETE FROM indexes WHERE id = ?', index.id);
    collection.indexes = collection.indexes.filter((other) => other !== index);
  }

  markMultikey(index: Index): void {
    this.#changed = true;
    index.multikey = true;
    this.run('UPDATE indexes SET multikey = 1 WHERE id = ?', index.id);
  }

  close(): void {
    this.#statements.clear();
    this.#database.close();
  }
}
