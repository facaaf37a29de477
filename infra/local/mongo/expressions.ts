import { Decimal128 } from 'bson';
import { Context, evalExpr, ProcessingMode } from 'mingo/core';
import * as accumulatorOperators from 'mingo/operators/accumulator';
import * as expressionOperators from 'mingo/operators/expression';
import * as pipelineOperators from 'mingo/operators/pipeline';
import * as projectionOperators from 'mingo/operators/projection';
import * as queryOperators from 'mingo/operators/query';
import * as windowOperators from 'mingo/operators/window';
import type { AnyObject, Options } from 'mingo/types';
import { corrections } from './corrections.ts';
import { MongoError, mongoError, notSupported } from './errors.ts';
import { isLong, isNumeric, toDouble } from './numbers.ts';
import { lookUp } from './paths.ts';
import { type Doc, isDoc, typeName } from './values.ts';

/** mingo computes with JavaScript's numbers, so BSON's become those where that loses nothing. */
export function toPlain(value: unknown): unknown {
  if (isLong(value)) return Number.isSafeInteger(value.toNumber()) ? value.toNumber() : value;
  if (value instanceof Decimal128) return value;
  if (isNumeric(value)) return toDouble(value);
  if (Array.isArray(value)) return value.map(toPlain);
  if (!isDoc(value)) return value;
  const plain: Doc = {};
  for (const [key, item] of Object.entries(value)) plain[key] = toPlain(item);
  return plain;
}

/** MongoDB's truth: all but false, zero, null and missing. */
export function isTruthy(value: unknown): boolean {
  if (value === undefined || value === null || value === false) return false;
  return !isNumeric(value) || toDouble(value) !== 0;
}

const exactOf = new WeakMap<object, Doc>();

/** The type that a field has in the document itself, before its numbers became JavaScript's. */
function typeOfOperand(obj: AnyObject, expr: unknown, options: Options): string {
  const exact = typeof expr === 'string' && /^\$[^$]/.test(expr) ? exactOf.get(obj) : undefined;
  return typeName(exact ? lookUp(exact, String(expr).slice(1).split('.')) : evalExpr(obj, expr, options));
}

const REFUSED = new Set(['$function', '$accumulator', '$where', '$toDecimal', '$toHashedIndexKey']);
const NAMES = new Set([
  ...Object.keys(expressionOperators),
  ...Object.keys(corrections),
  ...Object.keys(accumulatorOperators),
]);

const context = Context.init({
  accumulator: { ...accumulatorOperators },
  expression: { ...expressionOperators, ...corrections, $type: typeOfOperand },
  pipeline: { ...pipelineOperators },
  projection: { ...projectionOperators },
  query: { ...queryOperators },
  window: { ...windowOperators },
});

/** Options for mingo, with the pipeline's own variables. */
export function optionsWith(variables: Doc): Partial<Options> {
  return { processingMode: ProcessingMode.CLONE_OFF, scriptEnabled: false, context, variables: plainDoc(variables) };
}

/** Refuses operators that would run a client's JavaScript, and others that are not here. */
export function refuseScripts(expr: unknown): void {
  if (Array.isArray(expr)) for (const item of expr) refuseScripts(item);
  if (!isDoc(expr)) return;
  for (const [name, operand] of Object.entries(expr)) {
    if (REFUSED.has(name)) throw notSupported(name);
    refuseScripts(operand);
  }
}

function refuseUnknown(expr: unknown): void {
  if (Array.isArray(expr)) for (const item of expr) refuseUnknown(item);
  if (!isDoc(expr)) return;
  for (const [name, operand] of Object.entries(expr)) {
    if (name.startsWith('$')) {
      if (REFUSED.has(name)) throw notSupported(name);
      if (!NAMES.has(name)) throw mongoError('InvalidPipelineOperator', `Unrecognized expression '${name}'`);
      if (Object.keys(expr).length > 1) {
        throw mongoError(15_983, 'an object representing an expression must have exactly one field');
      }
    }
    if (name !== '$literal') refuseUnknown(operand);
  }
}

const prepared = new WeakMap<object, unknown>();

/** Checks an expression's operators and turns its numbers into JavaScript's; remembered for the next document. */
export function prepare(expr: unknown): unknown {
  if (typeof expr !== 'object' || expr === null) return expr;
  const known = prepared.get(expr);
  if (known !== undefined) return known;
  refuseUnknown(expr);
  const plain = toPlain(expr);
  prepared.set(expr, plain);
  return plain;
}

const plainOf = new WeakMap<Doc, Doc>();

/** The document as mingo takes it; remembered, as several expressions read the same one. */
export function plainDoc(doc: Doc): Doc {
  let plain = plainOf.get(doc);
  if (!plain) {
    plain = toPlain(doc) as Doc;
    plainOf.set(doc, plain);
    exactOf.set(plain, doc);
  }
  return plain;
}

/** Runs what mingo does and gives its complaints MongoDB's form. */
export function guarded<T>(run: () => T): T {
  try {
    return run();
  } catch (error) {
    if (error instanceof MongoError) throw error;
    throw mongoError('BadValue', error instanceof Error ? error.message : String(error));
  }
}

/** Evaluates an aggregation expression on a document. A plain field path keeps its exact BSON type. */
export function evaluate(expr: unknown, doc: Doc, variables: Doc = {}): unknown {
  if (typeof expr === 'string' && expr.startsWith('$') && !expr.startsWith('$$'))
    return lookUp(doc, expr.slice(1).split('.'));
  if (expr === '$$ROOT' || expr === '$$CURRENT') return doc;
  if (typeof expr !== 'object' && typeof expr !== 'string') return expr;
  if (isNumeric(expr)) return expr;
  const plain = prepare(expr);
  return guarded(() => evalExpr(plainDoc(doc), plain, optionsWith(variables) as Options));
}
