import { Int32 } from 'bson';
import { evalExpr } from 'mingo/core';
import type { Options } from 'mingo/types';
import { accumulators } from './accumulators.ts';
import { mongoError, notSupported } from './errors.ts';
import { evaluate, guarded, isTruthy, optionsWith, plainDoc, prepare } from './expressions.ts';
import { encodeValue } from './key-encoding.ts';
import { fieldAt, walk } from './paths.ts';
import type { Surroundings } from './pipeline.ts';
import { withField } from './projection.ts';
import { sortBy } from './sort.ts';
import { type Doc, isDoc } from './values.ts';

const MINGO_ACCUMULATORS = new Set(
  '$bottom $bottomN $firstN $lastN $maxN $minN $median $mergeObjects $percentile $stdDevPop $stdDevSamp $top $topN'.split(
    ' ',
  ),
);

function accumulate(field: string, spec: unknown, docs: Doc[], variables: Doc): unknown {
  const [entry, ...more] = isDoc(spec) ? Object.entries(spec) : [];
  if (!entry) throw mongoError(40_234, `The field '${field}' must be an accumulator object`);
  if (more.length > 0) throw mongoError(40_238, `The field '${field}' must specify one accumulator`);
  const [name, expr] = entry;
  if (name === '$count') return new Int32(docs.length);
  const own = accumulators[name];
  if (own) return own(docs.map((doc) => evaluate(expr, doc, variables)));
  if (name === '$accumulator') throw notSupported(name);
  if (!MINGO_ACCUMULATORS.has(name)) throw mongoError(15_952, `unknown group operator '${name}'`);
  if (docs.length === 0) return null;
  const plain = { [name]: prepare(expr) };
  return guarded(() => evalExpr(docs.map(plainDoc), plain, optionsWith(variables) as Options));
}

/** `$group`; another stage may say by itself what a document belongs to. */
export function* group(
  docs: Iterable<Doc>,
  operand: unknown,
  { variables }: Surroundings,
  idOf?: (doc: Doc) => unknown,
): Generator<Doc> {
  if (!isDoc(operand)) throw mongoError(15_947, "a group's fields must be specified in an object");
  const { _id: idExpr, ...fields } = operand;
  if (!Object.hasOwn(operand, '_id')) throw mongoError(15_955, 'a group specification must include an _id');
  for (const [field, spec] of Object.entries(fields)) {
    if (field.includes('.')) throw mongoError(40_235, `The field name '${field}' cannot contain '.'`);
    accumulate(field, spec, [], variables);
  }
  const groups = new Map<string, { id: unknown; docs: Doc[] }>();
  for (const doc of docs) {
    const id = (idOf ? idOf(doc) : evaluate(idExpr, doc, variables)) ?? null;
    const key = encodeValue(id).toString('latin1');
    const known = groups.get(key);
    if (known) known.docs.push(doc);
    else groups.set(key, { id, docs: [doc] });
  }
  for (const { id, docs: members } of groups.values()) {
    const result: Doc = { _id: id };
    for (const [field, spec] of Object.entries(fields)) result[field] = accumulate(field, spec, members, variables);
    yield result;
  }
}

export function sortByCount(docs: Iterable<Doc>, operand: unknown, around: Surroundings): Doc[] {
  const groups = group(docs, { _id: operand, count: { $sum: new Int32(1) } }, around);
  return sortBy(
    groups,
    [['count', -1]],
    (doc) => doc,
    () => 0,
  );
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

function localValues(doc: Doc, path: string): unknown[] {
  const values: unknown[] = [];
  walk(doc, path.split('.'), (leaf) => {
    values.push(...(Array.isArray(leaf) ? leaf : [leaf ?? null]));
    return false;
  });
  return values;
}

export function* lookup(docs: Iterable<Doc>, operand: unknown, around: Surroundings): Generator<Doc> {
  if (!isDoc(operand)) throw mongoError('FailedToParse', 'the $lookup specification must be an Object');
  const { from, localField, foreignField, as, pipeline = [], let: bindings = {} } = operand;
  if (typeof as !== 'string') throw mongoError('FailedToParse', "must specify 'as' field for a $lookup");
  if (typeof from !== 'string')
    throw mongoError('FailedToParse', "missing 'from' option to $lookup stage specification");
  const byField = typeof localField === 'string' && typeof foreignField === 'string';
  if (!byField && operand['pipeline'] === undefined) {
    throw mongoError(
      'FailedToParse',
      "$lookup requires either 'pipeline' or both 'localField' and 'foreignField' to be specified",
    );
  }
  for (const doc of docs) {
    const variables: Doc = { ...around.variables };
    for (const [name, expr] of Object.entries(isDoc(bindings) ? bindings : {})) {
      variables[name] = evaluate(expr, doc, around.variables) ?? null;
    }
    const equal = byField ? [{ $match: { [foreignField]: { $in: localValues(doc, localField) } } }] : [];
    const found = [...around.from(from, [...equal, ...(pipeline as Doc[])], variables)];
    yield withField(doc, as.split('.'), found) as Doc;
  }
}

export function* unionWith(docs: Iterable<Doc>, operand: unknown, around: Surroundings): Generator<Doc> {
  yield* docs;
  const spec: Doc = isDoc(operand) ? operand : { coll: operand };
  if (typeof spec['coll'] !== 'string') throw mongoError('FailedToParse', '$unionWith needs a collection');
  yield* around.from(spec['coll'], (spec['pipeline'] ?? []) as Doc[], around.variables);
}
