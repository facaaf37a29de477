import { Int32 } from 'bson';
import { mongoError } from './errors.ts';
import { evaluate } from './expressions.ts';
import type { Surroundings } from './pipeline.ts';
import { sortBy } from './sort.ts';
import { group } from './stages.ts';
import { compareValues, type Doc, isDoc } from './values.ts';

/** `$bucket`: each document goes to the boundary at or below its value, or to the default. */
export function bucket(docs: Iterable<Doc>, operand: unknown, around: Surroundings): Doc[] {
  if (!isDoc(operand)) throw mongoError(40_201, 'Argument to $bucket stage must be an object');
  const { groupBy, boundaries, output = { count: { $sum: new Int32(1) } } } = operand;
  if (!Array.isArray(boundaries) || boundaries.length < 2) {
    throw mongoError(40_192, "The $bucket 'boundaries' field must have at least 2 values");
  }
  if (boundaries.some((value, i) => i > 0 && compareValues(boundaries[i - 1], value) >= 0)) {
    throw mongoError(40_194, "The 'boundaries' option to $bucket must be sorted in ascending order");
  }
  const bucketOf = new Map<Doc, unknown>();
  for (const doc of docs) {
    const value = evaluate(groupBy, doc, around.variables) ?? null;
    const i = boundaries.findLastIndex((boundary) => compareValues(boundary, value) <= 0);
    const isInside = i >= 0 && i < boundaries.length - 1;
    if (!isInside && !Object.hasOwn(operand, 'default')) {
      throw mongoError(
        7_158_303,
        '$bucket could not find a matching branch for an input, and no default was specified.',
      );
    }
    bucketOf.set(doc, isInside ? boundaries[i] : operand['default']);
  }
  const groups = group(bucketOf.keys(), { _id: null, ...(output as Doc) }, around, (doc) => bucketOf.get(doc));
  return sortBy(
    groups,
    [['_id', 1]],
    (doc) => doc,
    () => 0,
  );
}
