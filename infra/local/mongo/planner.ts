import type { Index } from './indexes.ts';
import { after, encodeValue } from './key-encoding.ts';
import { isOperators, isRegex } from './match.ts';
import { isNumeric, toDouble } from './numbers.ts';
import type { SortField } from './sort.ts';
import { type Doc, isDoc, rankOf } from './values.ts';

/** Keys from `low` up to but not including `high`. */
export interface Range {
  low: Buffer;
  high: Buffer;
  /** Only the key `low`. */
  isKey?: boolean;
}

/** How to reach the documents that may match: by an index's key ranges, or all of them. */
export interface Plan {
  index?: Index;
  ranges: Range[];
  /** The documents come in the requested order. */
  sorted: boolean;
  backwards: boolean;
}

/** What a filter says of one path: the values that it may have, or where they lie. */
interface Constraint {
  points?: unknown[];
  low?: { value: unknown; inclusive: boolean };
  high?: { value: unknown; inclusive: boolean };
}

const maxRanges = 1000;

function isPoint(value: unknown): boolean {
  return !Array.isArray(value) && !isRegex(value);
}

function add(constraint: Constraint, name: string, operand: unknown): void {
  const isBound = isPoint(operand) && operand !== null && !(isNumeric(operand) && Number.isNaN(toDouble(operand)));
  const bound = { value: operand, inclusive: name === '$gte' || name === '$lte' };
  if (name === '$eq' && isPoint(operand)) constraint.points ??= [operand];
  else if (name === '$in' && Array.isArray(operand) && operand.every(isPoint)) constraint.points ??= operand;
  else if (isBound && (name === '$gt' || name === '$gte')) constraint.low ??= bound;
  else if (isBound && (name === '$lt' || name === '$lte')) constraint.high ??= bound;
}

function constraintsOf(filter: Doc, found = new Map<string, Constraint>()): Map<string, Constraint> {
  for (const [path, condition] of Object.entries(filter)) {
    if (path === '$and' && Array.isArray(condition)) {
      for (const clause of condition) if (isDoc(clause)) constraintsOf(clause, found);
    } else if (!path.startsWith('$')) {
      const constraint = found.get(path) ?? {};
      const conditions = isOperators(condition) ? condition : { $eq: condition };
      for (const [name, operand] of Object.entries(conditions)) add(constraint, name, operand);
      if (constraint.points ?? constraint.low ?? constraint.high) found.set(path, constraint);
    }
  }
  return found;
}

function boundedRange(prefix: Buffer, { low, high }: Constraint, multikey: boolean): Range {
  const type = Buffer.from([rankOf(low?.value ?? high?.value)]);
  const place = (bytes: Buffer, behind: boolean): Buffer => {
    const whole = Buffer.concat([prefix, bytes]);
    return behind ? after(whole) : whole;
  };
  // Two items of one array may satisfy one bound each, so only one of them narrows a multikey index.
  const ends = high && rankOf(high.value) === type[0] && !(multikey && low);
  return {
    low: low ? place(encodeValue(low.value), !low.inclusive) : place(type, false),
    high: ends ? place(encodeValue(high.value), high.inclusive) : place(type, true),
  };
}

/** Whether the index's keys, from this field on, come in the order of `sort`: 1 forwards, -1 backwards, 0 not. */
function matchesSort(index: Index, fixed: ReadonlySet<string>, from: number, sort: readonly SortField[]): 1 | -1 | 0 {
  const wanted = sort.filter(([path]) => !fixed.has(path));
  const turn = wanted[0]?.[1] ?? 1;
  const isInOrder = wanted.every(([path, direction], i) => index.paths[from + i] === path && direction === turn);
  return isInOrder && !index.multikey ? turn : 0;
}

function candidate(
  index: Index,
  constraints: ReadonlyMap<string, Constraint>,
  sort: readonly SortField[],
): (Plan & { worth: number }) | undefined {
  let prefixes = [Buffer.alloc(0)];
  let ranges: Range[] | undefined;
  let [equal, worth, proper] = [0, 0, false];
  const fixed = new Set<string>();
  for (const path of index.paths) {
    const constraint = constraints.get(path);
    if (!constraint) break;
    const { points } = constraint;
    if (!points) {
      ranges = prefixes.map((prefix) => boundedRange(prefix, constraint, index.multikey));
      [worth, proper] = [worth + 4, true];
      break;
    }
    if (prefixes.length * points.length > maxRanges && equal > 0) break;
    proper ||= points.every((value) => value !== null);
    const keys = points.map(encodeValue);
    prefixes = prefixes.flatMap((prefix) => keys.map((key) => Buffer.concat([prefix, key])));
    if (points.length === 1 && equal === fixed.size) fixed.add(path);
    equal += 1;
    worth += points.length === 1 ? 10 : 8;
  }
  if (index.sparse && !proper) return undefined;
  const turn = sort.length > 0 && fixed.size === equal ? matchesSort(index, fixed, equal, sort) : 0;
  if (turn !== 0) worth += 3;
  if (worth === 0) return undefined;
  ranges ??= prefixes.map((prefix) => ({
    low: prefix,
    high: prefix.length === 0 ? Buffer.from([0xff, 0xff]) : after(prefix),
    isKey: equal === index.paths.length,
  }));
  const unique = new Map(ranges.map((range) => [range.low.toString('latin1'), range]));
  const ordered = [...unique.values()].toSorted((a, b) => Buffer.compare(a.low, b.low));
  return {
    index,
    ranges: ordered,
    sorted: turn !== 0 || sort.length === 0,
    backwards: turn < 0,
    worth: worth + Number(index.unique),
  };
}

/** Picks the index with the longest equality prefix, then ranges, then order; none is a scan of the collection. */
export function planQuery(indexes: readonly Index[], filter: Doc, sort: readonly SortField[]): Plan {
  const constraints = constraintsOf(filter);
  let best: ReturnType<typeof candidate>;
  for (const index of indexes) {
    const found = candidate(index, constraints, sort);
    if (found && found.worth > (best?.worth ?? 0)) best = found;
  }
  return best ?? { ranges: [], sorted: sort.length === 0, backwards: false };
}
