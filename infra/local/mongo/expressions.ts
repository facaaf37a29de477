import { mongoError, notSupported } from './errors.ts';
import { isNumeric, toDouble } from './numbers.ts';
import { lookUp } from './paths.ts';
import { type Doc, isDoc } from './values.ts';

/** MongoDB's truth: all but false, zero, null and missing. */
export function isTruthy(value: unknown): boolean {
  if (value === undefined || value === null || value === false) return false;
  return !isNumeric(value) || toDouble(value) !== 0;
}

/** Evaluates what {@link checkExpression} accepted. A field path keeps its exact BSON type. */
export function evaluate(expr: unknown, doc: Doc): unknown {
  if (typeof expr === 'string') {
    return expr.startsWith('$') ? lookUp(doc, expr.slice(1).split('.')) : expr;
  }
  if (Array.isArray(expr)) return expr.map((item: unknown) => evaluate(item, doc) ?? null);
  if (!isDoc(expr)) return expr;
  if ('$literal' in expr) return expr['$literal'];
  const fields = Object.entries(expr).map(([key, field]) => [key, evaluate(field, doc)] as const);
  return Object.fromEntries(fields.filter(([, value]) => value !== undefined));
}

/** Refuses, before any document is read, what is neither a field path nor a constant nor made of these. */
export function checkExpression(expr: unknown): void {
  if (typeof expr === 'string') checkPath(expr);
  if (Array.isArray(expr)) for (const item of expr) checkExpression(item);
  if (!isDoc(expr)) return;
  const names = Object.keys(expr);
  const operator = names.find((name) => name.startsWith('$'));
  if (operator !== undefined && names.length > 1)
    throw mongoError(15_983, 'an object representing an expression must have exactly one field');
  if (operator === '$literal') return;
  if (operator !== undefined) throw mongoError('InvalidPipelineOperator', `Unrecognized expression '${operator}'`);
  for (const field of Object.values(expr)) checkExpression(field);
}

function checkPath(text: string): void {
  if (!text.startsWith('$')) return;
  if (text.startsWith('$$')) throw notSupported(`the variable ${text}`);
  if (text.slice(1).split('.').includes(''))
    throw mongoError(15_998, 'FieldPath field names may not be empty strings.');
}
