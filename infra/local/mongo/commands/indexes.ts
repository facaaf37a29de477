import { Int32 } from 'bson';
import { mongoError, notSupported } from '../errors.ts';
import { ID_INDEX, type Index } from '../indexes.ts';
import { compileFilter } from '../match.ts';
import { isNumeric, toDouble } from '../numbers.ts';
import { formatValue } from '../format-value.ts';
import type { Collection } from '../collection.ts';
import { type Doc, encode, isDoc, isEqual } from '../values.ts';
import { countOption, docOption, type Handler, listOption, targetOf } from './context.ts';

const KNOWN_OPTIONS = new Set(
  (
    'v key name unique sparse background partialFilterExpression expireAfterSeconds ns'
  ).split(' '),
);
const PARTIAL_OPERATORS = new Set(['$eq', '$exists', '$gt', '$gte', '$lt', '$lte', '$type', '$and', '$or', '$in']);

function refusePartial(filter: Doc): void {
  compileFilter(filter);
  const strange = JSON.stringify(Object.keys(flat(filter)))
    .match(/\$\w+/g)
    ?.find((name) => !PARTIAL_OPERATORS.has(name));
  if (strange) throw mongoError('CannotCreateIndex', `Expression not supported in partial index: ${strange}`);
}

function flat(value: unknown, found: Doc = {}): Doc {
  if (Array.isArray(value)) for (const item of value) flat(item, found);
  else if (isDoc(value)) {
    for (const [key, field] of Object.entries(value)) {
      found[key] = true;
      flat(field, found);
    }
  }
  return found;
}

function refuseKey(key: Doc): void {
  if (Object.keys(key).length === 0) throw mongoError('CannotCreateIndex', 'Index keys cannot be an empty object');
  for (const [path, direction] of Object.entries(key)) {
    if (path === '' || path.split('.').includes(''))
      throw mongoError('CannotCreateIndex', 'Index keys cannot contain an empty field.');
    if (typeof direction === 'string') throw notSupported(`an index of type "${direction}"`);
    if (path.includes('$')) throw notSupported('a wildcard index');
    if (!isNumeric(direction) || toDouble(direction) === 0) {
      throw mongoError(
        'CannotCreateIndex',
        `Values in v:2 index key pattern cannot be of type ${formatValue(direction)}. Only numbers > 0, numbers < 0, and strings are allowed.`,
      );
    }
  }
}

/** The specification as it is kept and listed; a bad one is refused. */
function normalised(spec: Doc): Doc {
  const unknown = Object.keys(spec).find((name) => !KNOWN_OPTIONS.has(name));
  if (unknown === 'collation') throw notSupported('collation');
  if (unknown === 'hidden') throw notSupported('a hidden index');
  if (unknown)
    throw mongoError(
      'InvalidOptions',
      `The field '${unknown}' is not valid for an index specification. Specification: ${formatValue(spec)}`,
    );
  const { key, name, unique, sparse, partialFilterExpression, expireAfterSeconds } = spec;
  if (!isDoc(key))
    throw mongoError('FailedToParse', "The 'key' field is a required property of an index specification");
  if (typeof name !== 'string')
    throw mongoError('FailedToParse', "The 'name' field is a required property of an index specification");
  refuseKey(key);
  if (isDoc(partialFilterExpression)) refusePartial(partialFilterExpression);
  if (sparse === true && partialFilterExpression !== undefined) {
    throw mongoError('CannotCreateIndex', 'cannot mix "partialFilterExpression" and "sparse" options');
  }
  if (expireAfterSeconds !== undefined) {
    const seconds = isNumeric(expireAfterSeconds) ? toDouble(expireAfterSeconds) : -1;
    if (seconds < 0 || seconds > 2 ** 31 - 1)
      throw mongoError(
        'CannotCreateIndex',
        "TTL index 'expireAfterSeconds' option must be within an acceptable range, found: " + String(seconds),
      );
    if (Object.keys(key).length > 1)
      throw mongoError(
        'CannotCreateIndex',
        'TTL indexes are single-field indexes, compound indexes do not support TTL.',
      );
  }
  const options: Doc = {
    ...(unique === true ? { unique } : {}),
    ...(sparse === true ? { sparse } : {}),
    ...(partialFilterExpression === undefined ? {} : { partialFilterExpression }),
    ...(expireAfterSeconds === undefined ? {} : { expireAfterSeconds }),
  };
  return isEqual(key, ID_INDEX['key']) ? ID_INDEX : { v: new Int32(2), key, name, ...options };
}

/** Whether the index is there already; one that only looks like it is refused. */
function isThere(collection: Collection, spec: Doc): boolean {
  for (const index of collection.indexes) {
    const sameName = index.name === spec['name'];
    const sameKey = index.isSameAs({ ...index.spec, key: spec['key'] });
    if (index.isSameAs(spec) && (sameName || spec === ID_INDEX)) return true;
    if (sameName) {
      throw mongoError(
        'IndexKeySpecsConflict',
        `An existing index has the same name as the requested index. Requested index: ${formatValue(spec)}, existing index: ${formatValue(index.spec)}`,
      );
    }
    if (index.isSameAs(spec)) {
      throw mongoError('IndexOptionsConflict', `Index already exists with a different name: ${index.name}`);
    }
    if (
      sameKey &&
      isEqual(index.partial ?? null, spec['partialFilterExpression'] ?? null) &&
      index.sparse === (spec['sparse'] === true)
    ) {
      throw mongoError(
        'IndexOptionsConflict',
        `An equivalent index already exists with the same name but different options. Requested index: ${formatValue(spec)}, existing index: ${formatValue(index.spec)}`,
      );
    }
  }
  return false;
}

const createIndexes: Handler = (context) => {
  const { storage, db, command } = context;
  const { name } = targetOf(context);
  const specs = listOption(command, 'indexes').map(normalised);
  if (specs.length === 0) throw mongoError('BadValue', 'Must specify at least one index to create');
  const known = storage.collection(db, name);
  const collection = known ?? storage.create(db, name, {});
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
  const { storage, db, command, cursors } = context;
  const { name } = targetOf(context);
  const collection = storage.collection(db, name);
  if (!collection) throw mongoError('NamespaceNotFound', `ns does not exist: ${db}.${name}`);
  const documents = collection.indexes.map(({ spec }) => encode(spec));
  return cursors.start(`${db}.${name}`, documents, {
    batchSize: countOption(docOption(command, 'cursor'), 'batchSize'),
  });
};

function chosen(collection: Collection, wanted: unknown): Index[] {
  if (wanted === '*') return collection.indexes.filter(({ name }) => name !== '_id_');
  const list = Array.isArray(wanted) ? wanted : [wanted];
  return list.map((item) => {
    const index = collection.indexes.find((other) =>
      isDoc(item) ? isEqual(other.spec['key'], item) : other.name === item,
    );
    if (!index) {
      throw mongoError(
        'IndexNotFound',
        isDoc(item) ? `can't find index with key: ${formatValue(item)}` : `index not found with name [${String(item)}]`,
      );
    }
    if (index.name === '_id_') throw mongoError('InvalidOptions', 'cannot drop _id index');
    return index;
  });
}

const dropIndexes: Handler = (context) => {
  const { storage, db, command } = context;
  const { name } = targetOf(context);
  const collection = storage.collection(db, name);
  if (!collection) throw mongoError('NamespaceNotFound', `ns not found ${db}.${name}`);
  const nIndexesWas = new Int32(collection.indexes.length);
  for (const index of chosen(collection, command['index'])) storage.dropIndex(collection, index);
  return { nIndexesWas };
};

export const indexCommands: Record<string, Handler> = {
  createIndexes,
  listIndexes,
  dropIndexes,
  deleteIndexes: dropIndexes,
};
