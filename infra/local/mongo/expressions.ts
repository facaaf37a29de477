import { Decimal128, Double, Int32 } from 'bson';
import { accumulators } from './accumulators.ts';
import { product, sum } from './arithmetic.ts';
import { mongoError, notSupported } from './errors.ts';
import { isNumeric, type Numeric, toDouble } from './numbers.ts';
import { lookUp } from './paths.ts';
import { compareValues, type Doc, isDoc, isEqual, typeName } from './values.ts';

/** Evaluates an operand on the document that is at hand. */
type Evaluate = (expr: unknown) => unknown;
type Operator = (operand: unknown, on: Evaluate) => unknown;

/** MongoDB's truth: all but false, zero, null and missing. */
export function isTruthy(value: unknown): boolean {
  if (value === undefined || value === null || value === false) return false;
  return !isNumeric(value) || toDouble(value) !== 0;
}

function isMissing(value: unknown): boolean {
  return value === undefined || value === null;
}

function listOf(operand: unknown): unknown[] {
  return Array.isArray(operand) ? operand : [operand];
}

function operands(name: string, count: number, operand: unknown, on: Evaluate): unknown[] {
  const list = listOf(operand);
  if (list.length === count) return list.map(on);
  throw mongoError(16_020, `Expression ${name} takes exactly ${count} arguments. ${list.length} were passed in.`);
}

/** Missing sorts below null in expressions, unlike in queries. */
function compareOperands([a, b]: unknown[]): number {
  if (a === undefined || b === undefined) return Number(a !== undefined) - Number(b !== undefined);
  return compareValues(a, b);
}

function comparison(name: string, accept: (order: number) => unknown): Operator {
  return (operand, on) => accept(compareOperands(operands(name, 2, operand, on)));
}

function numbers(name: string, values: unknown[]): Numeric[] | null {
  if (values.some(isMissing)) return null;
  const strange = values.find((value) => !isNumeric(value));
  if (strange === undefined) return values as Numeric[];
  if (strange instanceof Date) throw notSupported(`${name} of dates`);
  throw mongoError('TypeMismatch', `${name} only supports numeric types, not ${typeName(strange)}`);
}

function arithmetic(name: string, count: number | undefined, combine: (list: Numeric[]) => Numeric): Operator {
  return (operand, on) => {
    const list = numbers(name, count === undefined ? listOf(operand).map(on) : operands(name, count, operand, on));
    return list && combine(list);
  };
}

function quotient([a = new Int32(0), b = new Int32(0)]: Numeric[]): Numeric {
  if ([a, b].some((value) => value instanceof Decimal128)) throw notSupported('arithmetic on decimals');
  if (toDouble(b) === 0) throw mongoError(2, "can't $divide by zero");
  return new Double(toDouble(a) / toDouble(b));
}

/** `$sum`, `$max` and their like over a list of operands, or over the one array that they are given. */
function overList(name: string): Operator {
  return (operand, on) => {
    const values = Array.isArray(operand) ? operand.map(on) : [on(operand)];
    const [only] = values;
    return accumulators[name]?.(values.length === 1 && Array.isArray(only) ? only : values);
  };
}

function text(name: string, value: unknown): string {
  if (isMissing(value)) return '';
  if (typeof value === 'string') return value;
  throw notSupported(`${name} of a ${typeName(value)}`);
}

const operators: Record<string, Operator> = {
  $literal: (operand) => operand,
  $eq: comparison('$eq', (order) => order === 0),
  $ne: comparison('$ne', (order) => order !== 0),
  $gt: comparison('$gt', (order) => order > 0),
  $gte: comparison('$gte', (order) => order >= 0),
  $lt: comparison('$lt', (order) => order < 0),
  $lte: comparison('$lte', (order) => order <= 0),
  $cmp: comparison('$cmp', (order) => new Int32(Math.sign(order))),
  $and: (operand, on) => listOf(operand).every((each) => isTruthy(on(each))),
  $or: (operand, on) => listOf(operand).some((each) => isTruthy(on(each))),
  $not: (operand, on) => !isTruthy(operands('$not', 1, operand, on)[0]),
  $in: (operand, on) => {
    const [item, list] = operands('$in', 2, operand, on);
    if (Array.isArray(list)) return list.some((other) => isEqual(item, other));
    throw mongoError(40_081, `$in requires an array as a second argument, found: ${typeName(list)}`);
  },
  $add: arithmetic('$add', undefined, (list) => list.reduce<Numeric>(sum, new Int32(0))),
  $multiply: arithmetic('$multiply', undefined, (list) => list.reduce<Numeric>(product, new Int32(1))),
  $subtract: arithmetic('$subtract', 2, ([a = 0, b = 0]) => sum(a, product(b, new Int32(-1)))),
  $divide: arithmetic('$divide', 2, quotient),
  $cond: (operand, on) => {
    const parts = isDoc(operand) ? [operand['if'], operand['then'], operand['else']] : listOf(operand);
    if (parts.length !== 3) throw mongoError(16_020, `Expression $cond takes exactly 3 arguments. ${parts.length} were passed in.`);
    return on(isTruthy(on(parts[0])) ? parts[1] : parts[2]);
  },
  $ifNull: (operand, on) => {
    const values = listOf(operand).map(on);
    return values.find((value) => !isMissing(value)) ?? values.at(-1);
  },
  $concat: (operand, on) => {
    const values = listOf(operand).map(on);
    return values.some(isMissing) ? null : values.map((value) => text('$concat', value)).join('');
  },
  $toLower: (operand, on) => text('$toLower', operands('$toLower', 1, operand, on)[0]).toLowerCase(),
  $toUpper: (operand, on) => text('$toUpper', operands('$toUpper', 1, operand, on)[0]).toUpperCase(),
  $size: (operand, on) => {
    const [list] = operands('$size', 1, operand, on);
    if (Array.isArray(list)) return new Int32(list.length);
    throw mongoError(17_124, `The argument to $size must be an array, but was of type: ${typeName(list)}`);
  },
  $isArray: (operand, on) => Array.isArray(operands('$isArray', 1, operand, on)[0]),
  $type: (operand, on) => typeName(operands('$type', 1, operand, on)[0]),
  $sum: overList('$sum'),
  $avg: overList('$avg'),
  $min: overList('$min'),
  $max: overList('$max'),
};

function variable(name: string, doc: Doc, variables: Doc): unknown {
  const [first = '', ...path] = name.split('.');
  if (first === 'ROOT' || first === 'CURRENT') return lookUp(doc, path);
  if (Object.hasOwn(variables, first)) return lookUp(variables, [first, ...path]);
  if (/^[A-Z]+$/.test(first)) throw notSupported(`the variable $$${first}`);
  throw mongoError(17_276, `Use of undefined variable: ${first}`);
}

/** Evaluates an aggregation expression on a document. A plain field path keeps its exact BSON type. */
export function evaluate(expr: unknown, doc: Doc, variables: Doc = {}): unknown {
  const on: Evaluate = (operand) => evaluate(operand, doc, variables);
  if (typeof expr === 'string') {
    if (expr.startsWith('$$')) return variable(expr.slice(2), doc, variables);
    return expr.startsWith('$') ? lookUp(doc, expr.slice(1).split('.')) : expr;
  }
  if (Array.isArray(expr)) return expr.map((item: unknown) => on(item) ?? null);
  if (!isDoc(expr)) return expr;
  const [name = '', ...more] = Object.keys(expr);
  if (!name.startsWith('$')) {
    const fields = Object.entries(expr).map(([key, field]) => [key, on(field)] as const);
    return Object.fromEntries(fields.filter(([, value]) => value !== undefined));
  }
  if (more.length > 0) throw mongoError(15_983, 'an object representing an expression must have exactly one field');
  const operator = Object.hasOwn(operators, name) ? operators[name] : undefined;
  if (operator === undefined) throw notSupported(`the expression ${name}`);
  return operator(expr[name], on);
}

/** Refuses what `evaluate` does not know, before any document is read. */
export function checkExpression(expr: unknown): void {
  if (Array.isArray(expr)) for (const item of expr) checkExpression(item);
  if (!isDoc(expr)) return;
  for (const [name, operand] of Object.entries(expr)) {
    if (name.startsWith('$') && !Object.hasOwn(operators, name)) throw notSupported(`the expression ${name}`);
    if (name !== '$literal') checkExpression(operand);
  }
}
