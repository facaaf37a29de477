import { Int32 } from 'bson';
import type { Collection } from '../collection.ts';
import { mongoError, notSupported } from '../errors.ts';
import { idIndex, type Index } from '../indexes.ts';
import { isNumeric, toDouble } from '../numbers.ts';
import { type Doc, encode, isDoc, isEqual, formatValue } from '../values.ts';
import { countOption, docOption, type Handler, listOption, targetOf, withFields } from './context.ts';

function refuseKey(key: Doc): void {
  if (Object.keys(key).length === 0) throw mongoError('CannotCreateIndex', 'Index keys cannot be an empty object');
  for (const [path, direction] of Object.entries(key)) {
    if (path.split('.').includes(''))
      throw mongoError('CannotCreateIndex', 'Index keys cannot contain an empty field.');
    if (typeof direction === 'string') throw notSupported(`an index of type "${direction}"`);
    if (path.includes('$')) throw notSupported('a wildcard index');
    if (!isNumeric(direction) || !toDouble(direction))
      throw mongoError(
        'CannotCreateIndex',
        `Index key values must be non-zero numbers, not ${formatValue(direction)}.`,
      );
  }
}

function refuseTtl(key: Doc, expireAfterSeconds: unknown): void {
  if (expireAfterSeconds === undefined) return;
  const seconds = isNumeric(expireAfterSeconds) ? toDouble(expireAfterSeconds) : -1;
  if (!(seconds >= 0 && seconds < 2 ** 31))
    throw mongoError('CannotCreateIndex', `TTL index 'expireAfterSeconds' option is out of range: ${seconds}`);
  if (Object.keys(key).length > 1)
    throw mongoError('CannotCreateIndex', 'TTL indexes are single-field indexes, compound indexes do not support TTL.');
}

/** The specification as it is kept and listed; a bad one is refused. */
function parseSpec(spec: Doc): Doc {
  const { key, name, unique, sparse, expireAfterSeconds, v: _version, background: _background, ...more } = spec;
  const [unknown] = Object.keys(more);
  if (unknown !== undefined)
    throw mongoError('InvalidOptions', `The field '${unknown}' is not valid for an index specification.`);
  if (!isDoc(key) || typeof name !== 'string') {
    const missing = isDoc(key) ? 'name' : 'key';
    throw mongoError('FailedToParse', `The '${missing}' field is a required property of an index specification`);
  }
  refuseKey(key);
  refuseTtl(key, expireAfterSeconds);
  if (isEqual(key, idIndex['key'])) return idIndex;
  return {
    v: new Int32(2),
    key,
    name,
    ...(unique === true ? { unique } : {}),
    ...(sparse === true ? { sparse } : {}),
    ...(expireAfterSeconds === undefined ? {} : { expireAfterSeconds }),
  };
}

/** Whether the index is there already; one that contradicts another is refused. */
function isThere(collection: Collection, spec: Doc): boolean {
  for (const index of collection.indexes) {
    const hasName = index.name === spec['name'];
    if (index.isSameAs(spec) && (hasName || spec === idIndex)) return true;
    const isLike = index.hasKey(spec['key']) && index.sparse === (spec['sparse'] === true);
    if (!hasName && !isLike) continue;
    const both = `Requested index: ${formatValue(spec)}, existing index: ${formatValue(index.spec)}`;
    if (hasName)
      throw mongoError('IndexKeySpecsConflict', `An existing index has the same name as the requested index. ${both}`);
    throw mongoError('IndexOptionsConflict', `An equivalent index already exists with other options. ${both}`);
  }
  return false;
}

const createIndexes: Handler = (context) => {
  const { storage, db, name } = targetOf(context);
  const specs = listOption(context.command, 'indexes').map(parseSpec);
  if (specs.length === 0) throw mongoError('BadValue', 'Must specify at least one index to create');
  const known = storage.collection(db, name);
  const collection = known ?? storage.create(db, name);
  const before = collection.indexes.length;
  for (const spec of specs) if (!isThere(collection, spec)) storage.addIndex(collection, spec);
  const after = collection.indexes.length;
  return {
    numIndexesBefore: new Int32(before),
    numIndexesAfter: new Int32(after),
    createdCollectionAutomatically: !known,
    ...(before === after ? { note: 'all indexes already exist' } : {}),
  };
};

const listIndexes: Handler = (context) => {
  const { storage, db, name } = targetOf(context);
  const collection = storage.collection(db, name);
  if (!collection) throw mongoError('NamespaceNotFound', `ns does not exist: ${db}.${name}`);
  const documents = collection.indexes.map(({ spec }) => encode(spec));
  return context.cursors.start(`${db}.${name}`, documents, {
    batchSize: countOption(docOption(context.command, 'cursor'), 'batchSize'),
  });
};

function chosen(collection: Collection, wanted: unknown): Index[] {
  if (wanted === '*') return collection.indexes.filter(({ name }) => name !== '_id_');
  if (typeof wanted !== 'string') throw notSupported('dropping indexes by anything but one name');
  if (wanted === '_id_') throw mongoError('InvalidOptions', 'cannot drop _id index');
  const found = collection.indexes.filter(({ name }) => name === wanted);
  if (found.length === 0) throw mongoError('IndexNotFound', `index not found with name [${wanted}]`);
  return found;
}

const dropIndexes: Handler = (context) => {
  const { storage, db, name } = targetOf(context);
  const collection = storage.collection(db, name);
  if (!collection) throw mongoError('NamespaceNotFound', `ns not found ${db}.${name}`);
  const nIndexesWas = new Int32(collection.indexes.length);
  for (const index of chosen(collection, context.command['index'])) storage.dropIndex(collection, index);
  return { nIndexesWas };
};

export const indexCommands: Readonly<Record<string, Handler>> = {
  createIndexes: withFields('indexes commitQuorum', createIndexes),
  listIndexes: withFields('cursor', listIndexes),
  dropIndexes: withFields('index', dropIndexes),
};
