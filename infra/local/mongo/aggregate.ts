import { isNumeric, toDouble } from './numbers.ts';
import { runStages } from './pipeline.ts';
import { type Query, runQuery } from './query.ts';
import { parseSort } from './sort.ts';
import type { Storage } from './storage.ts';
import { type Doc, encode, isDoc } from './values.ts';

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

/** Runs a checked pipeline; gives the documents' bytes, lazily. */
export function* aggregate({ storage, db, name, pipeline, variables, deadline }: Aggregation): Generator<Uint8Array> {
  const collection = name === undefined ? undefined : storage.collection(db, name);
  const { query, stages } = leadingQuery(pipeline);
  const found = runQuery(collection, { ...query, variables, ...(deadline === undefined ? {} : { deadline }) });
  const docs = (function* start(): Generator<Doc> {
    for (const { doc } of found) yield doc;
  })();
  for (const doc of runStages(docs, pipeline.slice(stages), variables)) yield encode(doc);
}
