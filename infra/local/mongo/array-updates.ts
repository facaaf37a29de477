import { mongoError } from './errors.ts';
import { compileItemTest } from './match.ts';
import { isNumeric, toDouble } from './numbers.ts';
import { formatValue } from './format-value.ts';
import { parseSort, sortBy } from './sort.ts';
import { compareValues, type Doc, isDoc, isEqual, typeName } from './values.ts';

/** Gives the field's new value from its old one (`undefined`: missing); `undefined` again leaves the field as it is. */
export type FieldChange = (old: unknown, path: string, doc: Doc) => unknown;

function arrayAt(old: unknown, path: string, doc: Doc): unknown[] {
  if (old === undefined) return [];
  if (Array.isArray(old)) return [...old];
  throw mongoError(
    'BadValue',
    `The field '${path}' must be an array but is of type ${typeName(old)} in document {_id: ${formatValue(doc['_id'])}}`,
  );
}

function integer(name: string, value: unknown): number {
  if (isNumeric(value) && Number.isInteger(toDouble(value))) return toDouble(value);
  throw mongoError('BadValue', `The value for ${name} must be an integer value but was given type: ${typeName(value)}`);
}

function sorter(spec: unknown): (items: unknown[]) => unknown[] {
  if (isNumeric(spec)) {
    const direction = toDouble(spec);
    return (items) => items.toSorted((a, b) => compareValues(a, b) * direction);
  }
  if (!isDoc(spec))
    throw mongoError(
      'BadValue',
      'The $sort is invalid: use 1/-1 to sort the whole element, or {field:1/-1} to sort embedded fields',
    );
  const sort = parseSort(spec);
  return (items) => sortBy(items, sort, (item) => (isDoc(item) ? item : {}));
}

const PUSH_MODIFIERS = new Set(['$each', '$position', '$slice', '$sort']);

export function push(operand: unknown): FieldChange {
  const modifiers: Doc = isDoc(operand) && '$each' in operand ? operand : { $each: [operand] };
  const { $each: items, $position, $slice, $sort } = modifiers;
  const unknown = Object.keys(modifiers).find((name) => !PUSH_MODIFIERS.has(name));
  if (unknown) throw mongoError('BadValue', `Unrecognized clause in $push: ${unknown}`);
  if (!Array.isArray(items))
    throw mongoError(
      'BadValue',
      `The argument to $each in $push must be an array but it was of type: ${typeName(items)}`,
    );
  const position = $position === undefined ? undefined : integer('$position', $position);
  const slice = $slice === undefined ? undefined : integer('$slice', $slice);
  const order = $sort === undefined ? (list: unknown[]) => list : sorter($sort);
  return (old, path, doc) => {
    const list = arrayAt(old, path, doc);
    list.splice(position ?? list.length, 0, ...(items as unknown[]));
    const sorted = order(list);
    if (slice === undefined) return sorted;
    if (slice === 0) return [];
    return slice < 0 ? sorted.slice(slice) : sorted.slice(0, slice);
  };
}

export function addToSet(operand: unknown): FieldChange {
  const items = isDoc(operand) && '$each' in operand ? operand['$each'] : [operand];
  if (!Array.isArray(items)) {
    throw mongoError(
      'TypeMismatch',
      `The argument to $each in $addToSet must be an array but it was of type ${typeName(items)}`,
    );
  }
  return (old, path, doc) => {
    const list = arrayAt(old, path, doc);
    for (const item of items) if (!list.some((other) => isEqual(item, other))) list.push(item);
    return list;
  };
}

export function pop(operand: unknown): FieldChange {
  const end = isNumeric(operand) ? toDouble(operand) : 0;
  if (end !== 1 && end !== -1) throw mongoError('FailedToParse', `$pop expects 1 or -1, found: ${formatValue(operand)}`);
  return (old, path) => {
    if (old === undefined) return undefined;
    if (!Array.isArray(old))
      throw mongoError('TypeMismatch', `Path '${path}' contains an element of non-array type '${typeName(old)}'`);
    return end === 1 ? old.slice(0, -1) : old.slice(1);
  };
}

function without(old: unknown, name: string, test: (item: unknown) => boolean): unknown {
  if (old === undefined) return undefined;
  if (!Array.isArray(old)) throw mongoError('BadValue', `Cannot apply ${name} to a non-array value`);
  return old.filter((item) => !test(item));
}

export function pull(operand: unknown): FieldChange {
  const test = compileItemTest(operand);
  return (old) => without(old, '$pull', test);
}

export function pullAll(operand: unknown): FieldChange {
  if (!Array.isArray(operand))
    throw mongoError('BadValue', `$pullAll requires an array argument but was given a ${typeName(operand)}`);
  return (old) => without(old, '$pullAll', (item) => operand.some((other) => isEqual(item, other)));
}
