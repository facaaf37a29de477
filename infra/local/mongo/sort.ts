import { mongoError } from './errors.ts';
import { isNumeric, toDouble } from './numbers.ts';
import { leavesOf } from './paths.ts';
import { compareValues, type Doc, isDoc } from './values.ts';

export type SortField = readonly [path: string, direction: 1 | -1];

/** Parses a sort specification. */
export function parseSort(spec: unknown): SortField[] {
  if (spec === undefined || spec === null) return [];
  if (!isDoc(spec)) throw mongoError('TypeMismatch', 'Expected field sort to be of type object');
  return Object.entries(spec).map(([path, direction]): SortField => {
    if (path.split('.').includes('')) throw mongoError(15_998, 'FieldPath field names may not be empty strings.');
    const turn = isNumeric(direction) ? toDouble(direction) : 0;
    if (turn !== 1 && turn !== -1)
      throw mongoError(15_975, '$sort key ordering must be 1 (for ascending) or -1 (for descending)');
    return [path, turn];
  });
}

/** Of an array, the least item sorts ascending and the greatest descending. */
function keyOf(doc: Doc, path: string, direction: number): unknown {
  return leavesOf(doc, path.split('.')).reduce((key, leaf) => (compareValues(leaf, key) * direction < 0 ? leaf : key));
}

/** Sorts as MongoDB does; equal ones stay in the order in which they came. */
export function sortBy<T>(items: Iterable<T>, sort: readonly SortField[], docOf: (item: T) => Doc): T[] {
  const keyed = Array.from(items, (item) => ({
    item,
    keys: sort.map(([path, direction]) => keyOf(docOf(item), path, direction)),
  }));
  keyed.sort((a, b) => {
    for (const [i, [, direction]] of sort.entries()) {
      const order = compareValues(a.keys[i], b.keys[i]) * direction;
      if (order !== 0) return order;
    }
    return 0;
  });
  return keyed.map(({ item }) => item);
}
