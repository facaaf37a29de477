import { Double, Int32 } from 'bson';
import { mongoError } from './errors.ts';
import { checkExpression, evaluate } from './expressions.ts';
import { encodeValue } from './key-encoding.ts';
import { isNumeric, type Numeric, sum, toDouble } from './numbers.ts';
import { compareValues, type Doc, isDoc } from './values.ts';

type Values = readonly unknown[];

function extreme(values: Values, direction: number): unknown {
  let best: unknown = null;
  for (const value of values) {
    if (value === undefined || value === null) continue;
    if (best === null || compareValues(value, best) * direction > 0) best = value;
  }
  return best;
}

function total(values: Values): Numeric {
  return values.filter(isNumeric).reduce<Numeric>(sum, new Int32(0));
}

function average(values: Values): Double | null {
  const numbers = values.filter(isNumeric);
  return numbers.length === 0 ? null : new Double(toDouble(total(numbers)) / numbers.length);
}

/** What a group makes of its documents' values; `undefined` is a missing one. */
const accumulators: Readonly<Record<string, (values: Values) => unknown>> = {
  $sum: total,
  $avg: average,
  $min: (values) => extreme(values, -1),
  $max: (values) => extreme(values, 1),
  $first: (values) => values[0] ?? null,
  $last: (values) => values.at(-1) ?? null,
  $push: (values) => values.filter((value) => value !== undefined),
  $count: (values) => new Int32(values.length),
};

interface Column {
  readonly field: string;
  readonly expr: unknown;
  readonly accumulate: (values: Values) => unknown;
}

function columnOf(field: string, spec: unknown): Column {
  if (field.includes('.')) throw mongoError(40_235, `The field name '${field}' cannot contain '.'`);
  const [[name, expr] = ['', undefined], ...more] = isDoc(spec) ? Object.entries(spec) : [];
  if (!name.startsWith('$') || more.length > 0)
    throw mongoError(40_234, `The field '${field}' must be an accumulator object`);
  const accumulate = Object.hasOwn(accumulators, name) ? accumulators[name] : undefined;
  if (accumulate === undefined) throw mongoError(15_952, `unknown group operator '${name}'`);
  checkExpression(expr);
  return { field, expr, accumulate };
}

/** Checks the operand of `$group` and gives the stage. */
export function compileGroup(operand: unknown): (docs: Iterable<Doc>) => Iterable<Doc> {
  if (!isDoc(operand)) throw mongoError(15_947, "a group's fields must be specified in an object");
  if (!Object.hasOwn(operand, '_id')) throw mongoError(15_955, 'a group specification must include an _id');
  const { _id: idExpr, ...fields } = operand;
  checkExpression(idExpr);
  const columns = Object.entries(fields).map(([field, spec]) => columnOf(field, spec));
  return function* group(docs) {
    const groups = new Map<string, { id: unknown; values: unknown[][] }>();
    for (const doc of docs) {
      const id = evaluate(idExpr, doc) ?? null;
      const key = encodeValue(id).toString('latin1');
      const known = groups.get(key) ?? { id, values: columns.map(() => []) };
      groups.set(key, known);
      for (const [i, { expr }] of columns.entries()) known.values[i]?.push(evaluate(expr, doc));
    }
    for (const { id, values } of groups.values()) {
      const results = columns.map(({ field, accumulate }, i) => [field, accumulate(values[i] ?? [])] as const);
      yield { _id: id, ...Object.fromEntries(results) };
    }
  };
}
