import { mongoError } from './errors.ts';
import { isNumeric, toDouble } from './numbers.ts';
import { insertDocument, updateDocuments } from './modify.ts';
import { runStages, type Surroundings } from './pipeline.ts';
import { type Query, runQuery } from './query.ts';
import { parseSort } from './sort.ts';
import type { Storage } from './storage.ts';
import { decode, type Doc, encode, isDoc, textOf } from './values.ts';

interface Aggregation {
  storage: Storage;
  db: string;
  /** Absent for a pipeline without a collection. */
  name: string | undefined;
  pipeline: Doc[];
  variables: Doc;
  deadline?: number;
}

/** The query that a pipeline begins with, which an index may answer, and how many stages it takes the place of. */
function leadingQuery(pipeline: readonly Doc[]): { query: Query; stages: number } {
  const query: Query = { filter: {} };
  let at = 0;
  const match = pipeline[at]?.['$match'];
  if (isDoc(match)) {
    query.filter = match;
    at += 1;
  }
  const sort = pipeline[at]?.['$sort'];
  if (isDoc(sort) && Object.keys(sort).length > 0) {
    query.sort = parseSort(sort);
    at += 1;
  }
  const limit = pipeline[at]?.['$limit'];
  if (isNumeric(limit) && Number.isInteger(toDouble(limit)) && toDouble(limit) > 0) {
    query.limit = toDouble(limit);
    at += 1;
  }
  return { query, stages: at };
}

function* documents(
  { storage, db, name, pipeline, variables, deadline }: Aggregation,
  scoreOf: WeakMap<Doc, number>,
): Generator<Doc> {
  const collection = name === undefined ? undefined : storage.collection(db, name);
  const { query, stages } = leadingQuery(pipeline);
  const found = runQuery(collection, { ...query, variables, ...(deadline === undefined ? {} : { deadline }) });
  const around: Surroundings = {
    variables,
    scoreOf,
    from: (other, inner, bound) =>
      documents({ storage, db, name: other, pipeline: [...inner], variables: bound }, scoreOf),
  };
  const flow = (function* start(): Generator<Doc> {
    for (const { doc, score } of found) {
      if (score > 0) scoreOf.set(doc, score);
      yield doc;
    }
  })();
  yield* runStages(flow, pipeline.slice(stages), around);
}

function namespaceOf(operand: unknown, db: string): { db: string; name: string } {
  if (typeof operand === 'string') return { db, name: operand };
  if (isDoc(operand) && typeof operand['coll'] === 'string')
    return { db: textOf(operand['db'] ?? db), name: operand['coll'] };
  throw mongoError(16_990, 'a string or {db, coll} must name the collection to write to');
}

function writeOut({ storage, db }: Aggregation, operand: unknown, docs: Doc[]): void {
  const into = namespaceOf(operand, db);
  const target = { storage, ...into };
  const existing = storage.collection(into.db, into.name);
  for (const { rid, bytes } of existing?.scan({ ranges: [], sorted: false, backwards: false }) ?? []) {
    existing?.remove(rid, decode(bytes));
  }
  if (!existing) storage.create(into.db, into.name, {});
  for (const doc of docs) insertDocument(target, doc);
}

const MATCHED: Record<string, (doc: Doc) => unknown> = {
  merge: (doc) => ({ $set: doc }),
  replace: (doc) => doc,
};

function merge({ storage, db, variables }: Aggregation, operand: unknown, docs: Doc[]): void {
  const spec: Doc = isDoc(operand) && 'into' in operand ? operand : { into: operand };
  const target = { storage, ...namespaceOf(spec['into'], db) };
  const { on = '_id', whenMatched = 'merge', whenNotMatched = 'insert' } = spec;
  const keys = (Array.isArray(on) ? on : [on]).map(String);
  for (const doc of docs) {
    const filter = Object.fromEntries(keys.map((key) => [key, doc[key] ?? null]));
    const isThere = [...runQuery(storage.collection(target.db, target.name), { filter, limit: 1 })].length > 0;
    if (!isThere && whenNotMatched === 'insert') insertDocument(target, doc);
    if (!isThere && whenNotMatched === 'fail')
      throw mongoError(
        13_113,
        '$merge could not find a matching document in the target collection for at least one document in the source collection',
      );
    if (!isThere || whenMatched === 'keepExisting') continue;
    if (whenMatched === 'fail')
      throw mongoError('DuplicateKey', `E11000 duplicate key error collection: ${target.db}.${target.name}`, {
        keyPattern: { [keys[0] ?? '_id']: 1 },
        keyValue: filter,
      });
    const update = Array.isArray(whenMatched) ? whenMatched : MATCHED[String(whenMatched)]?.(doc);
    if (update === undefined)
      throw mongoError(
        'BadValue',
        `Enumeration value '${String(whenMatched)}' for field 'whenMatched' is not a valid value.`,
      );
    updateDocuments(target, {
      filter,
      update,
      multi: false,
      upsert: false,
      arrayFilters: [],
      sort: [],
      variables: { ...variables, new: doc },
    });
  }
}

/** Runs a pipeline; gives the documents' bytes, lazily unless it writes them somewhere. */
export function aggregate(aggregation: Aggregation): Iterable<Uint8Array> {
  const last = aggregation.pipeline.at(-1) ?? {};
  const scoreOf = new WeakMap<Doc, number>();
  const writer = ['$out', '$merge'].find((name) => name in last);
  if (!writer) {
    return (function* results(): Generator<Uint8Array> {
      for (const doc of documents(aggregation, scoreOf)) yield encode(doc);
    })();
  }
  const docs = [...documents({ ...aggregation, pipeline: aggregation.pipeline.slice(0, -1) }, scoreOf)];
  if (writer === '$out') writeOut(aggregation, last[writer], docs);
  else merge(aggregation, last[writer], docs);
  return [];
}
