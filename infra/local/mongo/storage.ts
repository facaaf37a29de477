import { randomUUID } from 'node:crypto';
import { Collection } from './collection.ts';
import { mongoError } from './errors.ts';
import { idIndex, Index } from './indexes.ts';
import { isNumeric } from './numbers.ts';
import { SqliteFile } from './sqlite-file.ts';
import { decode, type Doc, encode, isDoc } from './values.ts';

const schema = `
  CREATE TABLE IF NOT EXISTS collections (
    id INTEGER PRIMARY KEY, db TEXT NOT NULL, name TEXT NOT NULL, uuid TEXT NOT NULL, options BLOB NOT NULL DEFAULT X'0500000000', UNIQUE (db, name)
  );
  CREATE TABLE IF NOT EXISTS indexes (
    id INTEGER PRIMARY KEY, collection INTEGER NOT NULL, spec BLOB NOT NULL, multikey INTEGER NOT NULL DEFAULT 0
  );
`;

/** Changes with the encoding of index keys. */
const keyFormat = 2;

/** The sqlite file: a catalog, one table of documents a collection, one table of keys an index. */
export class Storage {
  readonly #file: SqliteFile;
  #collections = new Map<string, Collection>();
  /** The catalog changed in this transaction, so undoing it must read it again. */
  #changed = false;

  constructor(file: string) {
    this.#file = new SqliteFile(file, schema);
    this.#load();
    this.#rebuildKeys();
  }

  /** Fills all indexes anew when the file is from a version that encoded their keys in another way. */
  #rebuildKeys(): void {
    if (this.#file.get('PRAGMA user_version')?.['user_version'] === keyFormat) return;
    this.transaction(() => {
      for (const collection of this.#collections.values())
        for (const index of collection.indexes) {
          const isKnown = isDoc(index.spec['key']) && Object.values(index.spec['key']).every(isNumeric);
          if (isKnown && index.spec['partialFilterExpression'] === undefined) collection.index(index);
          else this.dropIndex(collection, index);
        }
      this.#file.define(`PRAGMA user_version = ${keyFormat}`);
    });
  }

  #load(): void {
    this.#collections = new Map();
    for (const row of this.#file.all('SELECT id, db, name, uuid FROM collections')) {
      const collection = new Collection(this.#file, {
        id: Number(row['id']),
        db: String(row['db']),
        name: String(row['name']),
        uuid: String(row['uuid']),
      });
      const indexes = this.#file.all(
        'SELECT id, spec, multikey FROM indexes WHERE collection = ? ORDER BY id',
        collection.id,
      );
      collection.indexes = indexes.map(
        ({ id, spec, multikey }) => new Index(Number(id), decode(spec as Uint8Array), multikey === 1),
      );
      this.#collections.set(collection.namespace, collection);
    }
  }

  /** One transaction; what `work` throws undoes it, the catalog in memory included. */
  transaction<T>(work: () => T): T {
    this.#changed = false;
    try {
      return this.#file.transaction(work);
    } catch (error) {
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

  create(db: string, name: string): Collection {
    this.#changed = true;
    const namespace = `${db}.${name}`;
    if (this.#collections.has(namespace))
      throw mongoError('NamespaceExists', `Collection ${namespace} already exists.`);
    if (name === '' || name.includes('\0') || name.startsWith('.') || name.includes('$')) {
      throw mongoError('InvalidNamespace', `Invalid namespace specified '${namespace}'`);
    }
    const uuid = randomUUID();
    const insert = 'INSERT INTO collections (db, name, uuid) VALUES (?, ?, ?)';
    const id = this.#file.run(insert, db, name, uuid);
    this.#file.define(`CREATE TABLE documents_${id} (rid INTEGER PRIMARY KEY AUTOINCREMENT, bson BLOB NOT NULL)`);
    const collection = new Collection(this.#file, { id, db, name, uuid });
    this.#collections.set(namespace, collection);
    this.addIndex(collection, idIndex);
    return collection;
  }

  drop(collection: Collection): void {
    this.#changed = true;
    for (const index of collection.indexes) this.dropIndex(collection, index);
    this.#file.define(`DROP TABLE documents_${collection.id}`);
    this.#file.run('DELETE FROM collections WHERE id = ?', collection.id);
    this.#collections.delete(collection.namespace);
  }

  addIndex(collection: Collection, spec: Doc): Index {
    this.#changed = true;
    const id = this.#file.run('INSERT INTO indexes (collection, spec) VALUES (?, ?)', collection.id, encode(spec));
    this.#file.define(
      `CREATE TABLE keys_${id} (key BLOB NOT NULL, rid INTEGER NOT NULL, PRIMARY KEY (key, rid)) WITHOUT ROWID`,
    );
    const index = new Index(id, spec, false);
    collection.indexes = [...collection.indexes, index];
    collection.index(index);
    return index;
  }

  dropIndex(collection: Collection, index: Index): void {
    this.#changed = true;
    this.#file.define(`DROP TABLE keys_${index.id}`);
    this.#file.run('DELETE FROM indexes WHERE id = ?', index.id);
    collection.indexes = collection.indexes.filter((other) => other !== index);
  }

  close(): void {
    this.#file.close();
  }
}
