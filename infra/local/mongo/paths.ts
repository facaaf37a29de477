import { mongoError } from './errors.ts';
import { EMPTY_ARRAY } from './key-encoding.ts';
import { type Doc, fieldsOf, isDoc, rankOf, RANK } from './values.ts';

export function isIndexPart(part: string | undefined): part is string {
  return part !== undefined && /^(0|[1-9]\d*)$/.test(part);
}

function own(value: unknown, key: string): unknown {
  const doc = fieldsOf(value);
  return Object.hasOwn(doc, key) ? doc[key] : undefined;
}

function isContainer(value: unknown): boolean {
  return rankOf(value) === RANK.object;
}

/**
 * Visits what a query's dotted path means in a document, as MongoDB does: arrays on the way stand for each of their
 * documents and, with a numeric part, for the item at that index; `undefined` is a missing field. True as soon as a visit is.
 */
export function walk(value: unknown, parts: readonly string[], visit: (leaf: unknown) => boolean, at = 0): boolean {
  const part = parts[at];
  if (part === undefined) return visit(value);
  if (Array.isArray(value)) {
    if (isIndexPart(part) && Number(part) < value.length && walk(value[Number(part)], parts, visit, at + 1))
      return true;
    return value.some((item) => isContainer(item) && walk(item, parts, visit, at));
  }
  return walk(isContainer(value) ? own(value, part) : undefined, parts, visit, at + 1);
}

/** What an aggregation's `$a.b` means: arrays on the way become arrays of what their documents hold. */
export function lookUp(value: unknown, parts: readonly string[], at = 0): unknown {
  const part = parts[at];
  if (part === undefined) return value;
  if (Array.isArray(value)) {
    return value

      .filter(isContainer)
      .map((item: unknown) => lookUp(item, parts, at))
      .filter((item) => item !== undefined);
  }
  return isContainer(value) ? lookUp(own(value, part), parts, at + 1) : undefined;
}

interface Cursor {
  value: unknown;
  parts: readonly string[];
  /** Set once an array was unfolded here, so that an array inside it is a value. */
  done: boolean;
}

function descend(cursor: Cursor): Cursor {
  let { value, parts } = cursor;
  if (cursor.done) return cursor;
  while (parts.length > 0) {
    const [part = '', ...rest] = parts;
    if (Array.isArray(value)) {
      if (!isIndexPart(part) || Number(part) >= value.length) return { value, parts, done: false };
      value = value[Number(part)];
    } else if (isContainer(value)) value = own(value, part);
    else return { value: null, parts: [], done: true };
    parts = rest;
  }
  return { value, parts, done: !Array.isArray(value) };
}

function unfold(cursor: Cursor, item: unknown): Cursor {
  if (cursor.parts.length === 0) return { value: item, parts: [], done: true };
  return isContainer(item) ? { value: item, parts: cursor.parts, done: false } : { value: null, parts: [], done: true };
}

/** The keys of a document in an index over these paths: one tuple of values for each item of the array among them. */
export function keysOf(doc: Doc, paths: readonly (readonly string[])[]): { keys: unknown[][]; multikey: boolean } {
  const keys: unknown[][] = [];
  let multikey = false;
  const expand = (cursors: Cursor[]): void => {
    const settled = cursors.map(descend);
    const open = settled.filter((cursor) => !cursor.done);
    const [first] = open;
    if (!first) {
      keys.push(settled.map(({ value }) => value ?? null));
      return;
    }
    multikey = true;
    if (open.some(({ value }) => value !== first.value)) {
      throw mongoError('CannotIndexParallelArrays', 'cannot index parallel arrays');
    }
    const items = first.value as unknown[];
    if (items.length === 0) {
      const empty = (cursor: Cursor): unknown => (cursor.parts.length === 0 ? EMPTY_ARRAY : null);
      expand(settled.map((cursor) => (cursor.done ? cursor : { value: empty(cursor), parts: [], done: true })));
    }
    for (const item of items) expand(settled.map((cursor) => (cursor.done ? cursor : unfold(cursor, item))));
  };
  expand(paths.map((parts) => ({ value: doc, parts, done: false })));
  return { keys, multikey };
}

/** Reads a plain dotted path, where arrays are entered by index only; for fields that updates and sorts of one document name. */
export function fieldAt(value: unknown, parts: readonly string[]): unknown {
  let current = value;
  for (const part of parts) {
    if (Array.isArray(current)) current = isIndexPart(part) ? current[Number(part)] : undefined;
    else current = isDoc(current) ? own(current, part) : undefined;
  }
  return current;
}
