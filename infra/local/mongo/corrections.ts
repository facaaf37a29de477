import { ObjectId } from 'bson';
import { evalExpr } from 'mingo/core';
import * as expressionOperators from 'mingo/operators/expression';
import type { AnyObject, Options } from 'mingo/types';
import { accumulators } from './accumulators.ts';
import { mongoError, notSupported } from './errors.ts';
import { isNumeric, toDouble } from './numbers.ts';
import { compareValues, isEqual, typeName } from './values.ts';

type Operator = (obj: AnyObject, expr: unknown, options: Options) => unknown;

// Operators that mingo lacks, or where it follows JavaScript's rules rather than MongoDB's.

function operands(name: string, count: number, obj: AnyObject, expr: unknown, options: Options): unknown[] {
  if (!Array.isArray(expr) || expr.length !== count) {
    const given = Array.isArray(expr) ? expr.length : 1;
    throw mongoError(16_020, `Expression ${name} takes exactly ${count} arguments. ${given} were passed in.`);
  }
  return evalExpr(obj, expr, options) as unknown[];
}

function single(obj: AnyObject, expr: unknown, options: Options): unknown {
  const operand = evalExpr(obj, expr, options);
  return Array.isArray(expr) && expr.length === 1 ? (operand as unknown[])[0] : operand;
}

function text(value: unknown): string {
  if (value === undefined || value === null) return '';
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return String(value);
  throw mongoError(16_007, `can't convert from BSON type ${typeName(value)} to String`);
}

/** Missing sorts below null in expressions, unlike in queries. */
function compareOperands([a, b]: unknown[]): number {
  if (a === undefined || b === undefined) return Number(a !== undefined) - Number(b !== undefined);
  return compareValues(a, b);
}

function comparison(name: string, accept: (order: number) => unknown): Operator {
  return (obj: AnyObject, expr: unknown, options: Options) =>
    accept(compareOperands(operands(name, 2, obj, expr, options)));
}

/** `$sum`, `$max` and their like over a list of operands, or over the one array that they are given. */
function overList(name: string): Operator {
  return (obj: AnyObject, expr: unknown, options: Options) => {
    const value = evalExpr(obj, expr, options);
    const list = Array.isArray(value) ? value : [value];
    const [first] = list;
    const result = accumulators[name]?.(
      Array.isArray(expr) && list.length === 1 && Array.isArray(first) ? first : list,
    );
    return isNumeric(result) ? toDouble(result) : result;
  };
}

function indexOf(name: string, measure: (before: string) => number): Operator {
  return (obj: AnyObject, expr: unknown, options: Options) => {
    const [subject, search] = operands(name, 2, obj, expr, options);
    if (subject === undefined || subject === null) return null;
    const found = text(subject).indexOf(text(search));
    return found < 0 ? -1 : measure(text(subject).slice(0, found));
  };
}

const MONTHS: Record<string, number> = { month: 1, quarter: 3, year: 12 };

/** mingo lets a month overflow into the next; MongoDB stays at the last day. */
function dateShift(name: string, turn: 1 | -1, original: Operator): Operator {
  return (obj: AnyObject, expr: unknown, options: Options) => {
    const { startDate, unit, amount, timezone } = evalExpr(obj, expr, options) as Record<string, unknown>;
    const months = MONTHS[text(unit)];
    if (months === undefined) return original(obj, expr, options);
    if (timezone !== undefined) throw notSupported(`${name} of months with a timezone`);
    if (!(startDate instanceof Date) || typeof amount !== 'number') return null;
    const shifted = new Date(startDate);
    shifted.setUTCMonth(startDate.getUTCMonth() + turn * months * amount);
    if (shifted.getUTCDate() !== startDate.getUTCDate()) shifted.setUTCDate(0);
    return shifted;
  };
}

function toObjectId(obj: AnyObject, expr: unknown, options: Options): ObjectId | null {
  const value = single(obj, expr, options);
  if (value === undefined || value === null) return null;
  if (value instanceof ObjectId) return value;
  if (typeof value === 'string' && /^[0-9a-f]{24}$/i.test(value)) return new ObjectId(value);
  throw mongoError(241, `Failed to parse objectId '${text(value)}' in $convert with no onError value`);
}

export const corrections: Record<string, Operator> = {
  $eq: comparison('$eq', (order) => order === 0),
  $ne: comparison('$ne', (order) => order !== 0),
  $gt: comparison('$gt', (order) => order > 0),
  $gte: comparison('$gte', (order) => order >= 0),
  $lt: comparison('$lt', (order) => order < 0),
  $lte: comparison('$lte', (order) => order <= 0),
  $cmp: comparison('$cmp', Math.sign),
  $in: (obj: AnyObject, expr: unknown, options: Options) => {
    const [item, list] = operands('$in', 2, obj, expr, options);
    if (Array.isArray(list)) return list.some((other) => isEqual(item, other));
    throw mongoError(40_081, `$in requires an array as a second argument, found: ${typeName(list)}`);
  },
  $sum: overList('$sum'),
  $avg: overList('$avg'),
  $min: overList('$min'),
  $max: overList('$max'),
  $toUpper: (obj: AnyObject, expr: unknown, options: Options) => text(single(obj, expr, options)).toUpperCase(),
  $toLower: (obj: AnyObject, expr: unknown, options: Options) => text(single(obj, expr, options)).toLowerCase(),
  $indexOfBytes: indexOf('$indexOfBytes', (before) => Buffer.byteLength(before)),
  $indexOfCP: indexOf('$indexOfCP', (before) => Array.from(before).length),
  $dateAdd: dateShift('$dateAdd', 1, expressionOperators.$dateAdd),
  $dateSubtract: dateShift('$dateSubtract', -1, expressionOperators.$dateSubtract),
  $toObjectId: toObjectId,
  $toString: (obj: AnyObject, expr: unknown, options: Options) => {
    const value = single(obj, expr, options);
    return value instanceof ObjectId ? value.toHexString() : expressionOperators.$toString(obj, expr, options);
  },
  $toDate: (obj: AnyObject, expr: unknown, options: Options) => {
    const value = single(obj, expr, options);
    return value instanceof ObjectId ? value.getTimestamp() : expressionOperators.$toDate(obj, expr, options);
  },
};
