import { mongoError, notSupported } from './errors.ts';
import { EMPTY_ARRAY } from './key-encoding.ts';
import { isNumeric, toDouble } from './numbers.ts';
import { walk } from './paths.ts';
import type { SortField } from './planner.ts';
import { compareValues, type Doc, isDoc } from './values.ts';

/** A sort specification, taken apart. */
export function parseSort(spec: unknown): SortField[] {
  if (spec === undefined || spec === null) return [];
  if (!isDoc(spec)) throw mongoError('TypeMismatch', 'Expected field sort to be of type object');
  return Object.entries(spec).map(([path, direction]): SortField => {
    if (isDoc(direction)) throw notSupported('a sort by $meta');
    const turn = isNumeric(direction) ? toDouble(direction) : 0;
    if (turn !== 1 && turn !== -1)
      throw mongoError(15_975, '$sort key ordering must be 1 (for ascending) or -1 (for descending)');
    return [path, turn];
  });
}

function compareKeys(a: unknown, b: unknown): number {
  if (a === EMPTY_ARRAY || b === EMPTY_ARRAY) return Number(b === EMPTY_ARRAY) - Number(a === EMPTY_ARRAY);
  return compareValues(a, b);
}

/** Of an array, the least item sorts ascending and the greatest descending. */
function keyOf(doc: Doc, path: string, direction: number): unknown {
  let key: unknown;
  let found = false;
  const consider = (value: unknown): void => {
    if (!found || compareKeys(value, key) * direction < 0) key = value;
    found = true;
  };
  walk(doc, path.split('.'), (leaf) => {
    if (!Array.isArray(leaf)) consider(leaf);
    else if (leaf.length === 0) consider(EMPTY_ARRAY);
    else for (const item of leaf) consider(item);
    return false;
  });
  return key;
}

/** Sorts as MongoDB does; equal ones stay in the order in which they came. */
export function sortBy<T>(
  items: Iterable<T>,
  sort: readonly SortField[],
  docOf: (item: T) => Doc,
): T[] {
  const keyed = Array.from(items, (item) => ({
    item,
    keys: sort.map(([path, direction]) => keyOf(docOf(item), path, direction)),
  }));
  keyed.sort((a, b) => {
    for (const [i, [, direction]] of sort.entries()) {
      const order = compareKeys(a.keys[i], b.keys[i]) * direction;
      if (order !== 0) return order;
    }
    return 0;
  });
  return keyed.map(({ item }) => item);
}
