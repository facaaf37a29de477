import type { Index } from './indexes.ts';
import { after, encodeValue, inverted } from './key-encoding.ts';
import { compileFilter, isOperators, isRegex } from './match.ts';
import { isNumeric, toDouble } from './numbers.ts';
import { type Doc, isDoc, isEqual, RANK, rankOf } from './values.ts';

/** Keys from `low` up to but not including `high`. */
export interface Range {
  low: Buffer;
  high: Buffer;
}

/** How to reach the documents that may match: by an index's key ranges, or all of them. */
export interface Plan {
  index?: Index;
  ranges: Range[];
  /** The documents come in the order that was asked for. */
  sorted: boolean;
  backwards: boolean;
}

export type SortField = readonly [path: string, direction: 1 | -1];

/** What a filter says of one path: the values that it may have, or where they lie. */
interface Constraint {
  points?: unknown[];
  low?: { value: unknown; inclusive: boolean };
  high?: { value: unknown; inclusive: boolean };
}

const MOST_RANGES = 1000;

function isPoint(value: unknown): boolean {
  return !Array.isArray(value) && !isRegex(value) && value !== undefined;
}

function isBound(value: unknown): boolean {
  const rank = rankOf(value);
  if (isNumeric(value) && Number.isNaN(toDouble(value))) return false;
  return ![RANK.null, RANK.minKey, RANK.maxKey, RANK.array, RANK.regex].some((other) => other === rank);
}

function add(constraint: Constraint, name: string, operand: unknown): void {
  const isPoints = name === '$in' && Array.isArray(operand) && operand.every(isPoint);
  if (name === '$eq' && isPoint(operand)) constraint.points ??= [operand];
  else if (isPoints) constraint.points ??= operand;
  else if (!isBound(operand)) return;
  else if (name === '$gt' || name === '$gte') constraint.low ??= { value: operand, inclusive: name === '$gte' };
  else if (name === '$lt' || name === '$lte') constraint.high ??= { value: operand, inclusive: name === '$lte' };
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

/** The place before or behind all keys that begin so; a descending field turns both round. */
interface Edge {
  bytes: Buffer;
  behind: boolean;
}

function rangeOf(prefix: Buffer, low: Edge, high: Edge, direction: number): Range {
  const place = ({ bytes, behind }: Edge, turned: boolean): Buffer => {
    const whole = Buffer.concat([prefix, turned ? inverted(bytes) : bytes]);
    return behind === turned ? whole : after(whole);
  };
  return direction < 0
    ? { low: place(high, true), high: place(low, true) }
    : { low: place(low, false), high: place(high, false) };
}

function boundedRange(prefix: Buffer, { low, high }: Constraint, direction: number, multikey: boolean): Range {
  const rank = rankOf(low?.value ?? high?.value);
  const start = low
    ? { bytes: encodeValue(low.value), behind: !low.inclusive }
    : { bytes: Buffer.from([rank]), behind: false };
  // Two items of one array may satisfy one bound each, so only one of them narrows a multikey index.
  const ends = high && rankOf(high.value) === rank && !(multikey && low);
  const end = ends
    ? { bytes: encodeValue(high.value), behind: high.inclusive }
    : { bytes: Buffer.from([rank]), behind: true };
  return rangeOf(prefix, start, end, direction);
}

function isImplied(partial: Doc, constraints: Map<string, Constraint>, filter: Doc): boolean {
  return Object.entries(partial).every(([path, condition]) => {
    if (path === '$and' && Array.isArray(condition)) {
      return condition.every((clause) => isDoc(clause) && isImplied(clause, constraints, filter));
    }
    if (Object.hasOwn(filter, path) && isEqual(filter[path], condition)) return true;
    const constraint = constraints.get(path);
    if (!constraint) return false;
    const test = compileFilter({ value: condition });
    // A condition on null is met by a missing field too.
    if (constraint.points) return constraint.points.every((value) => test({ value }) && (value !== null || test({})));
    return isDoc(condition) && Object.keys(condition).join(',') === '$exists' && condition['$exists'] === true;
  });
}

function matchesSort(index: Index, fixed: ReadonlySet<string>, from: number, sort: readonly SortField[]): 1 | -1 | 0 {
  if (index.multikey) return 0;
  const wanted = sort.filter(([path]) => !fixed.has(path));
  const fields = index.fields.slice(from);
  let turn = 0;
  for (const [i, [path, direction]] of wanted.entries()) {
    const field = fields[i];
    if (field?.path !== path) return 0;
    const here = field.direction * direction;
    if (turn !== 0 && turn !== here) return 0;
    turn = here;
  }
  return turn < 0 ? -1 : 1;
}

interface Candidate extends Plan {
  worth: number;
}

function candidate(
  index: Index,
  constraints: Map<string, Constraint>,
  filter: Doc,
  sort: readonly SortField[],
): Candidate | undefined {
  if (index.partial && !isImplied(index.partial, constraints, filter)) return undefined;
  let prefixes = [Buffer.alloc(0)];
  let ranges: Range[] | undefined;
  let [equal, worth, proper] = [0, 0, false];
  const fixed = new Set<string>();
  const roots = new Set<string>();
  for (const { path, direction } of index.fields) {
    const constraint = constraints.get(path);
    const root = path.split('.')[0] ?? path;
    // Conditions on two paths into one array may hold for two different items.
    if (!constraint || (index.multikey && roots.has(root))) break;
    roots.add(root);
    const { points } = constraint;
    if (!points) {
      ranges = prefixes.map((prefix) => boundedRange(prefix, constraint, direction, index.multikey));
      [worth, proper] = [worth + 4, true];
      break;
    }
    if (prefixes.length * points.length > MOST_RANGES && equal > 0) break;
    proper ||= points.every((value) => value !== null);
    const keys = points.map((value) => (direction < 0 ? inverted(encodeValue(value)) : encodeValue(value)));
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
  let best: Candidate | undefined;
  for (const index of indexes) {
    const found = candidate(index, constraints, filter, sort);
    if (found && found.worth > (best?.worth ?? 0)) best = found;
  }
  return best ?? { ranges: [], sorted: sort.length === 0, backwards: false };
}
