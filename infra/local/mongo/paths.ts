import { mongoError } from './errors.ts';
import { type Doc, emptyArray, isDoc } from './values.ts';

export function isIndexPart(part: string | undefined): part is string {
  return part !== undefined && /^(0|[1-9]\d*)$/.test(part);
}

function own(value: unknown, key: string): unknown {
  return isDoc(value) && Object.hasOwn(value, key) ? value[key] : undefined;
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
    return value.some((item) => isDoc(item) && walk(item, parts, visit, at));
  }
  return walk(own(value, part), parts, visit, at + 1);
}

/** The values by which a document is sorted and indexed under a path: each item of an array; null where there is none. */
export function leavesOf(doc: Doc, parts: readonly string[]): unknown[] {
  const leaves: unknown[] = [];
  walk(doc, parts, (leaf) => {
    if (!Array.isArray(leaf)) leaves.push(leaf ?? null);
    else if (leaf.length === 0) leaves.push(emptyArray);
    else for (const item of leaf) leaves.push(item);
    return false;
  });
  return leaves.length === 0 ? [null] : leaves;
}

function reachesArray(doc: Doc, parts: readonly string[]): boolean {
  let value: unknown = doc;
  for (const part of parts) {
    if (Array.isArray(value)) return true;
    value = own(value, part);
  }
  return Array.isArray(value);
}

/** The keys of a document in an index over these paths, one for each item of the array that at most one path may reach. */
export function keysOf(doc: Doc, paths: readonly (readonly string[])[]): { keys: unknown[][]; multikey: boolean } {
  const arrays = paths.filter((parts) => reachesArray(doc, parts)).length;
  if (arrays > 1) throw mongoError('CannotIndexParallelArrays', 'cannot index parallel arrays');
  let keys: unknown[][] = [[]];
  for (const parts of paths) {
    const leaves = leavesOf(doc, parts);
    keys = keys.flatMap((key) => leaves.map((leaf) => [...key, leaf]));
  }
  return { keys, multikey: arrays > 0 };
}

/** What an aggregation's `$a.b` means: arrays on the way become arrays of what their documents hold. */
export function lookUp(value: unknown, parts: readonly string[], at = 0): unknown {
  const part = parts[at];
  if (part === undefined) return value;
  if (!Array.isArray(value)) return lookUp(own(value, part), parts, at + 1);
  return value
    .filter(isDoc)
    .map((item) => lookUp(item, parts, at))
    .filter((item) => item !== undefined);
}

/** Reads a plain dotted path, where arrays are entered by index only, as updates do. */
export function fieldAt(value: unknown, parts: readonly string[]): unknown {
  let current = value;
  for (const part of parts) {
    if (Array.isArray(current)) current = isIndexPart(part) ? current[Number(part)] : undefined;
    else current = own(current, part);
  }
  return current;
}
