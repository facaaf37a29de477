import { Int32 } from 'bson';
import { accumulators } from './accumulators.ts';
import { mongoError, notSupported } from './errors.ts';
import { checkExpression, evaluate, isTruthy } from './expressions.ts';
import { encodeValue } from './key-encoding.ts';
import { fieldAt } from './paths.ts';
import { withField } from './projection.ts';
import { sortBy } from './sort.ts';
import { type Doc, isDoc } from './values.ts';

type Accumulate = (docs: readonly Doc[]) => unknown;

function accumulator(field: string, spec: unknown, variables: Doc): Accumulate {
  if (field.includes('.')) throw mongoError(40_235, `The field name '${field}' cannot contain '.'`);
  const [entry, ...more] = isDoc(spec) ? Object.entries(spec) : [];
  if (!entry) throw mongoError(40_234, `The field '${field}' must be an accumulator object`);
  if (more.length > 0) throw mongoError(40_238, `The field '${field}' must specify one accumulator`);
  const [name, expr] = entry;
  if (name === '$count') return (docs) => new Int32(docs.length);
  const accumulate = Object.hasOwn(accumulators, name) ? accumulators[name] : undefined;
  if (accumulate === undefined) throw notSupported(`the accumulator ${name}`);
  checkExpression(expr);
  return (docs) => accumulate(docs.map((doc) => evaluate(expr, doc, variables)));
}

export function* group(docs: Iterable<Doc>, operand: unknown, variables: Doc): Generator<Doc> {
  if (!isDoc(operand)) throw mongoError(15_947, "a group's fields must be specified in an object");
  const { _id: idExpr, ...fields } = operand;
  if (!Object.hasOwn(operand, '_id')) throw mongoError(15_955, 'a group specification must include an _id');
  checkExpression(idExpr);
  const computed = Object.entries(fields).map(([field, spec]) => [field, accumulator(field, spec, variables)] as const);
  const groups = new Map<string, { id: unknown; docs: Doc[] }>();
  for (const doc of docs) {
    const id = evaluate(idExpr, doc, variables) ?? null;
    const key = encodeValue(id).toString('latin1');
    const known = groups.get(key);
    if (known) known.docs.push(doc);
    else groups.set(key, { id, docs: [doc] });
  }
  for (const { id, docs: members } of groups.values()) {
    yield Object.fromEntries([['_id', id], ...computed.map(([field, accumulate]) => [field, accumulate(members)])]) as Doc;
  }
}

export function sortByCount(docs: Iterable<Doc>, operand: unknown, variables: Doc): Doc[] {
  const groups = group(docs, { _id: operand, count: { $sum: new Int32(1) } }, variables);
  return sortBy(groups, [['count', -1]], (doc) => doc);
}

export function* countStage(docs: Iterable<Doc>, operand: unknown): Generator<Doc> {
  if (typeof operand !== 'string' || operand === '')
    throw mongoError(40_156, 'the count field must be a non-empty string');
  if (operand.startsWith('$') || operand.includes('.'))
    throw mongoError(40_158, "the count field cannot be a $-prefixed path or contain '.'");
  let count = 0;
  for (const _ of docs) count += 1;
  if (count > 0) yield { [operand]: new Int32(count) };
}

export function* unwind(docs: Iterable<Doc>, operand: unknown): Generator<Doc> {
  const spec: Doc = isDoc(operand) ? operand : { path: operand };
  const { path, includeArrayIndex, preserveNullAndEmptyArrays } = spec;
  if (typeof path !== 'string') throw mongoError(28_808, 'expected a string as the path for $unwind stage');
  if (!path.startsWith('$'))
    throw mongoError(28_818, `path option to $unwind stage should be prefixed with a '$': ${path}`);
  const parts = path.slice(1).split('.');
  const indexParts = typeof includeArrayIndex === 'string' ? includeArrayIndex.split('.') : undefined;
  const numbered = (doc: Doc, index: number | null): Doc =>
    indexParts ? (withField(doc, indexParts, index === null ? null : new Int32(index)) as Doc) : doc;
  for (const doc of docs) {
    const items = fieldAt(doc, parts);
    if (Array.isArray(items) && items.length > 0) {
      for (const [i, item] of items.entries()) yield numbered(withField(doc, parts, item) as Doc, i);
    } else if (items !== undefined && items !== null && !Array.isArray(items)) yield numbered(doc, null);
    else if (isTruthy(preserveNullAndEmptyArrays)) {
      yield numbered(Array.isArray(items) ? (withField(doc, parts, undefined) as Doc) : doc, null);
    }
  }
}
