import { Int32, Long, UUID } from 'bson';
import type { Collection } from '../collection.ts';
import { compileFilter } from '../match.ts';
import { type Doc, encode } from '../values.ts';
import { countOption, docOption, type Handler, targetOf, withFields } from './context.ts';

const create: Handler = (context) => {
  const { storage, db, name } = targetOf(context);
  if (!storage.collection(db, name)) storage.create(db, name);
  return {};
};

const drop: Handler = (context) => {
  const { storage, db, name } = targetOf(context);
  const collection = storage.collection(db, name);
  // Since MongoDB 7 a collection that is not there counts as dropped.
  if (!collection) return {};
  const nIndexesWas = new Int32(collection.indexes.length);
  storage.drop(collection);
  context.cursors.killAll(collection.namespace);
  return { ns: collection.namespace, nIndexesWas };
};

const dropDatabase: Handler = ({ storage, cursors, db }) => {
  for (const collection of storage.collections(db)) {
    storage.drop(collection);
    cursors.killAll(collection.namespace);
  }
  return { dropped: db };
};

const listCollections: Handler = ({ storage, db, command, cursors }) => {
  const test = compileFilter(docOption(command, 'filter'));
  const documents = storage
    .collections(db)
    .map(({ name, uuid, indexes }): Doc => {
      const info = { readOnly: false, uuid: new UUID(uuid) };
      return { name, type: 'collection', options: {}, info, idIndex: indexes[0]?.spec ?? {} };
    })
    .filter((doc) => test(doc))
    .map((doc) => encode(command['nameOnly'] === true ? { name: doc['name'], type: doc['type'] } : doc));
  return cursors.start(`${db}.$cmd.listCollections`, documents, {
    batchSize: countOption(docOption(command, 'cursor'), 'batchSize'),
  });
};

function bytesOf(collections: readonly Collection[]): number {
  return collections.reduce((total, collection) => total + collection.bytes(), 0);
}

const listDatabases: Handler = ({ storage, command }) => {
  const names = [...new Set(storage.collections().map(({ db }) => db))].toSorted();
  if (command['nameOnly'] === true) return { databases: names.map((name) => ({ name })) };
  const sizeOf = (db?: string): Long => Long.fromNumber(bytesOf(storage.collections(db)));
  const databases = names.map((name) => ({ name, sizeOnDisk: sizeOf(name), empty: false }));
  return { databases, totalSize: sizeOf() };
};

export const catalogCommands: Readonly<Record<string, Handler>> = {
  create: withFields('autoIndexId', create),
  drop: withFields('', drop),
  dropDatabase: withFields('', dropDatabase),
  listCollections: withFields('filter nameOnly cursor authorizedCollections', listCollections),
  listDatabases: withFields('nameOnly authorizedDatabases', listDatabases),
};
