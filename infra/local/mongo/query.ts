import type { Collection, Stored } from './collection.ts';
import { mongoError } from './errors.ts';
import { compileFilter } from './match.ts';
import { type Plan, planQuery, type SortField } from './planner.ts';
import { sortBy } from './sort.ts';
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
  variables?: Doc;
  /** When to give up, in milliseconds since the epoch. */
  deadline?: number;
}

/** What a query cost, as `explain` tells it. */
export interface Effort {
  plan: Plan;
  docsExamined: number;
}

function* matching(collection: Collection, query: Query, effort: Effort): Generator<Found> {
  const test = compileFilter(query.filter, query.variables);
  for (const { rid, bytes } of collection.scan(effort.plan)) {
    effort.docsExamined += 1;
    if (query.deadline !== undefined && Date.now() > query.deadline) {
      throw mongoError('MaxTimeMSExpired', 'operation exceeded time limit');
    }
    const doc = decode(bytes);
    if (test(doc)) yield { rid, bytes, doc };
  }
}

function* window<T>(items: Iterable<T>, skip: number, limit: number): Generator<T> {
  let left = limit === 0 ? Number.POSITIVE_INFINITY : limit;
  let toSkip = skip;
  for (const item of items) {
    if (toSkip > 0) {
      toSkip -= 1;
      continue;
    }
    yield item;
    left -= 1;
    if (left <= 0) return;
  }
}

/** Runs a query lazily. `effort` is filled in as documents are read. */
export function runQuery(
  collection: Collection | undefined,
  query: Query,
  effort = effortOf(collection, query),
): Iterable<Found> {
  const { sort = [], skip = 0, limit = 0 } = query;
  // Compiled also when there is nothing to find: a bad filter is an error then too.
  compileFilter(query.filter, query.variables);
  if (!collection) return [];
  const found = matching(collection, query, effort);
  const unsorted = sort.length > 0 && !effort.plan.sorted;
  const ordered = unsorted
    ? sortBy(found, sort, ({ doc }) => doc)
    : found;
  return window(ordered, skip, limit);
}

export function effortOf(collection: Collection | undefined, query: Query): Effort {
  const plan = collection
    ? planQuery(collection.indexes, query.filter, query.sort ?? [])
    : { ranges: [], sorted: true, backwards: false };
  return { plan, docsExamined: 0 };
}
