import { ObjectId } from 'bson';
import type { Collection } from './collection.ts';
import { mongoError, notSupported } from './errors.ts';
import { type Found, type Query, runQuery } from './query.ts';
import type { Storage } from './storage.ts';
import { compileUpdate, seedOf } from './updates.ts';
import { assertComparable, decode, type Doc, encode, isDoc, isEqual, maxDocumentBytes, formatValue } from './values.ts';

export interface Target {
  storage: Storage;
  db: string;
  name: string;
}

export interface UpdateRequest {
  filter: Doc;
  update: unknown;
  multi: boolean;
  upsert: boolean;
  deadline?: number | undefined;
}

export interface UpdateOutcome {
  matched: number;
  modified: number;
  upserted?: Doc;
  /** The last document that was matched, as it was and as it is now. */
  before?: Doc;
  after?: Doc;
}

type Change = (doc: Doc, isInsert: boolean) => Doc;

function collectionOf({ storage, db, name }: Target): Collection {
  return storage.collection(db, name) ?? storage.create(db, name);
}

function refuseId(id: unknown): void {
  if (Array.isArray(id)) throw mongoError('InvalidIdField', "The '_id' value cannot be of type array");
  if (isDoc(id) && Object.keys(id).some((key) => key.startsWith('$')))
    throw mongoError('DollarPrefixedFieldName', "_id fields may not contain '$'-prefixed fields");
}

function withIdFirst(doc: Doc): Doc {
  const { _id = new ObjectId(), ...rest } = doc;
  return Object.keys(doc)[0] === '_id' ? doc : { _id, ...rest };
}

function checked(bytes: Uint8Array): Uint8Array {
  if (bytes.length <= maxDocumentBytes) return bytes;
  const limits = 'Size must be between 0 and 16793600(16MB)';
  throw mongoError('BSONObjectTooLarge', `BSONObj size: ${bytes.length} is invalid. ${limits}`);
}

/** Stores a document, as it came (`bytes`) where that has its `_id` in front. */
export function insertDocument(target: Target, doc: Doc, bytes?: Uint8Array): Doc {
  const whole = withIdFirst(doc);
  refuseId(whole['_id']);
  assertComparable(whole);
  collectionOf(target).insert(whole, checked(whole === doc && bytes ? bytes : encode(whole)));
  return whole;
}

function replacement(update: Doc): Change {
  const stray = Object.keys(update).find((key) => key.startsWith('$'));
  if (stray)
    throw mongoError('DollarPrefixedFieldName', `The dollar ($) prefixed field '${stray}' is not allowed here.`);
  return ({ _id: id }) => {
    const { _id = id, ...rest } = update;
    if (id === undefined || isEqual(_id, id)) return _id === undefined ? rest : { _id: id ?? _id, ...rest };
    const found = `was found to have been altered to _id: ${formatValue(_id)}`;
    throw mongoError('ImmutableField', `After applying the update, the (immutable) field '_id' ${found}`);
  };
}

function changeOf({ update, multi }: UpdateRequest): Change {
  if (Array.isArray(update)) throw notSupported('an update by a pipeline');
  if (!isDoc(update)) throw mongoError('FailedToParse', 'Update argument must be either an object or an array');
  if (!Object.keys(update)[0]?.startsWith('$')) {
    if (multi) throw mongoError('FailedToParse', 'multi update is not supported for replacement-style update');
    return replacement(update);
  }
  const apply = compileUpdate(update);
  return (doc, isInsert) => {
    apply(doc, isInsert);
    return doc;
  };
}

function store(collection: Collection, found: Found, change: Change): { doc: Doc; modified: boolean } {
  const before = decode(found.bytes);
  const doc = change(found.doc, false);
  assertComparable(doc);
  const bytes = checked(encode(doc));
  if (Buffer.compare(bytes, encode(before)) === 0) return { doc: before, modified: false };
  collection.replace(found.rid, before, doc, bytes);
  return { doc, modified: true };
}

/** Updates what the filter finds, or inserts when it finds nothing and `upsert` says so. */
export function updateDocuments(target: Target, request: UpdateRequest): UpdateOutcome {
  const change = changeOf(request);
  const { filter, multi, deadline } = request;
  const collection = target.storage.collection(target.db, target.name);
  // All first, then changed: a change must not be found again.
  const found = [...runQuery(collection, { filter, deadline, limit: multi ? 0 : 1 })];
  const outcome: UpdateOutcome = { matched: found.length, modified: 0 };
  for (const item of found) {
    if (!collection) break;
    outcome.before = decode(item.bytes);
    const { doc, modified } = store(collection, item, change);
    outcome.after = doc;
    outcome.modified += Number(modified);
  }
  if (found.length > 0 || !request.upsert) return outcome;
  const isReplacement = isDoc(request.update) && !Object.keys(request.update)[0]?.startsWith('$');
  const seed = seedOf(filter);
  const { _id } = seed;
  const base = isReplacement ? (_id === undefined ? {} : { _id }) : seed;
  outcome.upserted = insertDocument(target, change(base, true));
  return outcome;
}

/** Deletes what the query finds; gives how many documents that were. */
export function deleteDocuments(target: Target, query: Query): number {
  const collection = target.storage.collection(target.db, target.name);
  let n = 0;
  // One at a time, so that large documents are never held together; a scan does not mind what goes behind it.
  for (const { rid, doc } of runQuery(collection, query)) {
    collection?.remove(rid, doc);
    n += 1;
  }
  return n;
}
