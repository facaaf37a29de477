import { ObjectId } from 'bson';
import type { Collection } from './collection.ts';
import { mongoError, notSupported } from './errors.ts';
import type { SortField } from './planner.ts';
import { type Found, runQuery } from './query.ts';
import type { Storage } from './storage.ts';
import { compileUpdate, seedOf } from './updates.ts';
import { decode, type Doc, encode, isDoc, isEqual, MAX_DOCUMENT_BYTES, typeName } from './values.ts';
import { formatValue } from './format-value.ts';

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
  sort: readonly SortField[];
  variables: Doc;
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
  return storage.collection(db, name) ?? storage.create(db, name, {});
}

function refuseId(id: unknown): void {
  const type = typeName(id);
  if (type === 'array' || type === 'regex') {
    throw mongoError('InvalidIdField', `The '_id' value cannot be of type ${type}`);
  }
  const dollar = isDoc(id) ? Object.keys(id).find((key) => key.startsWith('$')) : undefined;
  if (dollar)
    throw mongoError(
      'DollarPrefixedFieldName',
      `_id fields may not contain '$'-prefixed fields: ${dollar} is not valid for storage.`,
    );
}

function withIdFirst(doc: Doc): Doc {
  const { _id = new ObjectId(), ...rest } = doc;
  return Object.keys(doc)[0] === '_id' ? doc : { _id, ...rest };
}

function checked(bytes: Uint8Array): Uint8Array {
  if (bytes.length <= MAX_DOCUMENT_BYTES) return bytes;
  throw mongoError(
    'BSONObjectTooLarge',
    `BSONObj size: ${bytes.length} (0x${bytes.length.toString(16).toUpperCase()}) is invalid. Size must be between 0 and 16793600(16MB)`,
  );
}

/** Stores a document, as it came (`bytes`) where that has its `_id` in front. */
export function insertDocument(target: Target, doc: Doc, bytes?: Uint8Array): Doc {
  const whole = withIdFirst(doc);
  refuseId(whole['_id']);
  collectionOf(target).insert(whole, checked(whole === doc && bytes ? bytes : encode(whole)));
  return whole;
}

function replacement(update: Doc): Change {
  const stray = Object.keys(update).find((key) => key.startsWith('$'));
  if (stray)
    throw mongoError(
      'DollarPrefixedFieldName',
      `The dollar ($) prefixed field '${stray}' in '${stray}' is not allowed in the context of an update's replacement document. Consider using an aggregation pipeline with $replaceWith.`,
    );
  return (doc) => withOldId(doc, { ...update });
}

function withOldId(before: Doc, after: Doc): Doc {
  const id = before['_id'];
  if (id === undefined) return after;
  if (after['_id'] !== undefined && !isEqual(after['_id'], id)) {
    throw mongoError(
      'ImmutableField',
      `After applying the update, the (immutable) field '_id' was found to have been altered to _id: ${formatValue(after['_id'])}`,
    );
  }
  const { _id, ...rest } = after;
  return { _id: id, ...rest };
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
  const bytes = checked(encode(doc));
  if (Buffer.compare(bytes, encode(before)) === 0) return { doc: before, modified: false };
  collection.replace(found.rid, before, doc, bytes);
  return { doc, modified: true };
}

/** Updates what the filter finds, or inserts when it finds nothing and `upsert` says so. */
export function updateDocuments(target: Target, request: UpdateRequest): UpdateOutcome {
  const change = changeOf(request);
  const { filter, multi, sort, variables } = request;
  const collection = target.storage.collection(target.db, target.name);
  // All first, then changed: a change must not be found again.
  const found = [...runQuery(collection, { filter, sort, variables, limit: multi ? 0 : 1 })];
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

/** Deletes what the filter finds; gives the documents as they were. */
export function deleteDocuments(
  target: Target,
  filter: Doc,
  limit: number,
  sort: readonly SortField[] = [],
  variables: Doc = {},
): Doc[] {
  const collection = target.storage.collection(target.db, target.name);
  const found = [...runQuery(collection, { filter, limit, sort, variables })];
  for (const { rid, doc } of found) collection?.remove(rid, doc);
  return found.map(({ doc }) => doc);
}
