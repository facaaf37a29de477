import { Double, Int32, Long, UUID } from 'bson';
import { notSupported } from '../errors.ts';
import { compileFilter } from '../match.ts';
import { type Doc, encode, isEqual } from '../values.ts';
import { countOption, docOption, type Handler, targetOf } from './context.ts';

const CREATE_OPTIONS = new Set([
  'capped',
  'timeseries',
  'validator',
  'viewOn',
  'size',
  'max',
  'clusteredIndex',
  'changeStreamPreAndPostImages',
  'encryptedFields',
]);
const NOT_OPTIONS = new Set([
  'lsid',
  '$db',
  '$clusterTime',
  '$readPreference',
  'writeConcern',
  'comment',
  'maxTimeMS',
  'apiVersion',
  'collation',
  'idIndex',
]);

const create: Handler = (context) => {
  const { storage, db, command } = context;
  const { name } = targetOf(context);
  const refused = Object.entries(command).find(([option, value]) => CREATE_OPTIONS.has(option) && value !== false);
  if (refused) throw notSupported(`the collection option "${refused[0]}"`);
  const options = Object.fromEntries(
    Object.entries(command).filter(([option]) => option !== 'create' && !NOT_OPTIONS.has(option)),
  );
  const known = storage.collection(db, name);
  if (known && isEqual(known.options, options)) return {};
  storage.create(db, name, options);
  return {};
};

const drop: Handler = (context) => {
  const { storage, db } = context;
  const { name } = targetOf(context);
  const collection = storage.collection(db, name);
  // Since MongoDB 7 a collection that is not there counts as dropped.
  if (!collection) return {};
  const nIndexesWas = new Int32(collection.indexes.length);
  storage.drop(collection);
  return { ns: collection.namespace, nIndexesWas };
};

const dropDatabase: Handler = ({ storage, db }) => {
  for (const collection of storage.collections(db)) storage.drop(collection);
  return { dropped: db };
};

const listCollections: Handler = ({ storage, db, command, cursors }) => {
  const test = compileFilter(docOption(command, 'filter'));
  const documents = storage
    .collections(db)
    .map((collection): Doc => ({
      name: collection.name,
      type: 'collection',
      options: collection.options,
      info: { readOnly: false, uuid: new UUID(collection.uuid) },
      idIndex: collection.indexes[0]?.spec ?? {},
    }))
    .filter((doc) => test(doc))
    .map((doc) => encode(command['nameOnly'] === true ? { name: doc['name'], type: doc['type'] } : doc));
  return cursors.start(`${db}.$cmd.listCollections`, documents, {
    batchSize: countOption(docOption(command, 'cursor'), 'batchSize'),
  });
};

const listDatabases: Handler = ({ storage, command }) => {
  const test = compileFilter(docOption(command, 'filter'));
  const names = [...new Set(storage.collections().map(({ db }) => db))].toSorted();
  const databases = names
    .map((name): Doc => {
      const bytes = storage.collections(name).reduce((total, collection) => total + collection.bytes(), 0);
      return { name, sizeOnDisk: Long.fromNumber(bytes), empty: false };
    })
    .filter((doc) => test(doc));
  if (command['nameOnly'] === true) return { databases: databases.map(({ name }) => ({ name })) };
  const total = storage.collections().reduce((sum, collection) => sum + collection.bytes(), 0);
  return { databases, totalSize: Long.fromNumber(total), totalSizeMb: Long.fromNumber(Math.floor(total / 2 ** 20)) };
};

const collStats: Handler = (context) => {
  const { storage, db } = context;
  const { name } = targetOf(context);
  const collection = storage.collection(db, name);
  const [count, size] = [collection?.count() ?? 0, collection?.bytes() ?? 0];
  return {
    ns: `${db}.${name}`,
    size: new Int32(size),
    count: new Int32(count),
    ...(count > 0 ? { avgObjSize: new Int32(Math.floor(size / count)) } : {}),
    nindexes: new Int32(collection?.indexes.length ?? 0),
    storageSize: new Int32(size),
  };
};

const dbStats: Handler = ({ storage, db }) => {
  const collections = storage.collections(db);
  return {
    db,
    collections: new Int32(collections.length),
    views: new Int32(0),
    objects: new Int32(collections.reduce((total, collection) => total + collection.count(), 0)),
    dataSize: new Double(collections.reduce((total, collection) => total + collection.bytes(), 0)),
    indexes: new Int32(collections.reduce((total, { indexes }) => total + indexes.length, 0)),
  };
};

export const catalogCommands: Record<string, Handler> = {
  create,
  drop,
  dropDatabase,
  listCollections,
  listDatabases,
  collStats,
  collstats: collStats,
  dbStats,
  dbstats: dbStats,
};
