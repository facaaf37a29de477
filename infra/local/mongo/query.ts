import type { Collection, Stored } from './collection.ts';
import { mongoError } from './errors.ts';
import { compileFilter } from './match.ts';
import { type Plan, planQuery } from './planner.ts';
import { type SortField, sortBy } from './sort.ts';
import { decode, type Doc } from './values.ts';

/** A document that a query found. */
export interface Found extends Stored {
  doc: Doc;
}

export interface Query {
  filter: Doc;
  sort?: readonly SortField[];
  skip?: number;
  /** 0 or absent: no limit. */
  limit?: number;
  /** When to give up, in milliseconds since the epoch. */
  deadline?: number | undefined;
}

/** The items behind the first `skip`, at most `limit` of them; 0 is no limit. */
export function window<T>(items: Iterable<T>, skip: number, limit: number): Iterable<T> {
  const rest = Iterator.from(items).drop(skip);
  return limit > 0 ? rest.take(limit) : rest;
}

function* matching(
  collection: Collection,
  plan: Plan,
  { filter, deadline, skip = 0, limit = 0 }: Query,
): Generator<Found> {
  const test = compileFilter(filter);
  for (const { rid, bytes } of collection.scan(plan, plan.sorted && limit > 0 ? skip + limit : undefined)) {
    if (deadline !== undefined && Date.now() > deadline)
      throw mongoError('MaxTimeMSExpired', 'operation exceeded time limit');
    const doc = decode(bytes);
    if (test(doc)) yield { rid, bytes, doc };
  }
}

/** Runs a query lazily. */
export function runQuery(collection: Collection | undefined, query: Query): Iterable<Found> {
  const { filter, sort = [], skip = 0, limit = 0 } = query;
  // Compiled also when there is nothing to find: a bad filter is an error then too.
  compileFilter(filter);
  if (!collection) return [];
  const plan = planQuery(collection.indexes, filter, sort);
  const found = matching(collection, plan, query);
  return window(plan.sorted ? found : sortBy(found, sort, ({ doc }) => doc), skip, limit);
}
