import { Int32, Timestamp } from 'bson';
import { product, sum } from './arithmetic.ts';
import { addToSet, type FieldChange, pop, pull, pullAll, push } from './array-updates.ts';
import { mongoError } from './errors.ts';
import { isNumeric, type Numeric } from './numbers.ts';
import { fieldAt, isIndexPart } from './paths.ts';
import { formatValue } from './format-value.ts';
import { partsOf, setAt, unsetAt } from './update-paths.ts';
import { compareText, compareValues, type Doc, isDoc, isEqual, typeName } from './values.ts';

const OPERATORS = new Set(
  '$set $setOnInsert $unset $inc $mul $min $max $currentDate $rename $push $addToSet $pop $pull $pullAll'.split(
    ' ',
  ),
);

interface Change {
  parts: string[];
  apply: FieldChange | 'unset' | { renameTo: string[] };
}

/** Changes a document in place. */
export type Update = (doc: Doc, isInsert: boolean) => void;

function numberChange(name: string, operand: unknown, combine: (a: Numeric, b: Numeric) => Numeric): FieldChange {
  if (!isNumeric(operand)) {
    throw mongoError(
      'TypeMismatch',
      `Cannot ${name === '$inc' ? 'increment' : 'multiply'} with non-numeric argument: ${formatValue(operand)}`,
    );
  }
  return (old, path, doc) => {
    if (old === undefined) return combine(new Int32(0), operand);
    if (!isNumeric(old)) {
      throw mongoError(
        'TypeMismatch',
        `Cannot apply ${name} to a value of non-numeric type. {_id: ${formatValue(doc['_id'])}} has the field '${path.split('.').at(-1)}' of non-numeric type ${typeName(old)}`,
      );
    }
    return combine(old, operand);
  };
}

function currentDate(operand: unknown): FieldChange {
  const type = isDoc(operand) ? operand['$type'] : operand === true || operand === false ? 'date' : undefined;
  if (type === 'date') return () => new Date();
  if (type === 'timestamp') return () => new Timestamp({ t: Math.floor(Date.now() / 1000), i: 1 });
  throw mongoError(
    'BadValue',
    `${typeName(operand)} is not valid type for $currentDate. Please use a boolean ('true') or a $type expression ({$type: 'timestamp/date'}).`,
  );
}

function changeOf(name: string, path: string, operand: unknown, isInsert: boolean): Change['apply'] | undefined {
  switch (name) {
    case '$set':
      return () => operand;
    case '$setOnInsert':
      return isInsert ? () => operand : undefined;
    case '$unset':
      return 'unset';
    case '$inc':
      return numberChange(name, operand, sum);
    case '$mul':
      return numberChange(name, operand, product);
    case '$min':
      return (old) => (old === undefined || compareValues(operand, old) < 0 ? operand : undefined);
    case '$max':
      return (old) => (old === undefined || compareValues(operand, old) > 0 ? operand : undefined);
    case '$currentDate':
      return currentDate(operand);
    case '$rename':
      if (typeof operand !== 'string')
        throw mongoError('BadValue', `The 'to' field for $rename must be a string: ${path}: ${formatValue(operand)}`);
      if (operand === path)
        throw mongoError('BadValue', `The source and target field for $rename must differ: ${path}: "${operand}"`);
      return { renameTo: partsOf(operand) };
    case '$push':
      return push(operand);
    case '$addToSet':
      return addToSet(operand);
    case '$pop':
      return pop(operand);
    case '$pull':
      return pull(operand);
    default:
      return pullAll(operand);
  }
}

function comparePaths(a: readonly string[], b: readonly string[]): number {
  for (const [i, part] of a.entries()) {
    const other = b[i];
    if (other === undefined) return 1;
    const order = isIndexPart(part) && isIndexPart(other) ? Number(part) - Number(other) : compareText(part, other);
    if (order !== 0) return order;
  }
  return a.length - b.length;
}

function refuseConflicts(paths: readonly string[]): void {
  const seen: string[] = [];
  for (const path of paths) {
    const conflict = seen.find(
      (other) => path === other || path.startsWith(`${other}.`) || other.startsWith(`${path}.`),
    );
    if (conflict !== undefined) {
      const shorter = conflict.length < path.length ? conflict : path;
      throw mongoError(
        'ConflictingUpdateOperators',
        `Updating the path '${path}' would create a conflict at '${shorter}'`,
      );
    }
    seen.push(path);
  }
}

function targetOf({ parts, apply }: Change): readonly string[] {
  return typeof apply === 'object' ? apply.renameTo : parts;
}

function changesOf(update: Doc, isInsert: boolean): Change[] {
  const changes: Change[] = [];
  const paths: string[] = [];
  for (const [name, fields] of Object.entries(update)) {
    if (!OPERATORS.has(name)) {
      throw mongoError(
        'FailedToParse',
        `Unknown modifier: ${name}. Expected a valid update modifier or pipeline-style update specified as an array`,
      );
    }
    if (!isDoc(fields)) {
      throw mongoError(
        'FailedToParse',
        `Modifiers operate on fields but we found type ${typeName(fields)} instead. For example: {$mod: {<field>: ...}} not {${name}: ${formatValue(fields)}}`,
      );
    }
    for (const [path, operand] of Object.entries(fields)) {
      const parts = partsOf(path);
      paths.push(path);
      if (name === '$rename' && typeof operand === 'string') paths.push(operand);
      const apply = changeOf(name, path, operand, isInsert);
      if (apply) changes.push({ parts, apply });
    }
  }
  refuseConflicts(paths);
  // MongoDB makes new fields in the order of their names, whatever the order of the request.
  return changes.toSorted((a, b) => comparePaths(targetOf(a), targetOf(b)));
}

function applyChange(doc: Doc, { parts, apply }: Change): void {
  const old = fieldAt(doc, parts);
  if (apply === 'unset') unsetAt(doc, parts);
  else if (typeof apply === 'function') {
    const value = apply(old, parts.join('.'), doc);
    if (value !== undefined) setAt(doc, parts, value);
  } else if (old !== undefined) {
    unsetAt(doc, parts);
    setAt(doc, apply.renameTo, old);
  }
}

/** Compiles an update with operators; a bad one is refused here, before any document is touched. */
export function compileUpdate(update: Doc): Update {
  const [onUpdate, onInsert] = [changesOf(update, false), changesOf(update, true)];
  return (doc, isInsert) => {
    const hadId = Object.hasOwn(doc, '_id');
    const id = doc['_id'];
    for (const change of isInsert ? onInsert : onUpdate) applyChange(doc, change);
    if (hadId && (!Object.hasOwn(doc, '_id') || !isEqual(doc['_id'], id))) {
      throw mongoError(
        'ImmutableField',
        "Performing an update on the path '_id' would modify the immutable field '_id'",
      );
    }
  };
}

/** What an upsert's new document has from its filter: every field that the filter holds to one value. */
export function seedOf(filter: Doc, seed: Doc = {}): Doc {
  for (const [path, condition] of Object.entries(filter)) {
    if (path === '$and' && Array.isArray(condition)) for (const clause of condition) seedOf(clause as Doc, seed);
    if (path === '$or' && Array.isArray(condition) && condition.length === 1) seedOf(condition[0] as Doc, seed);
    if (path.startsWith('$')) continue;
    const value = singleValue(condition);
    if (value !== undefined) setAt(seed, path.split('.'), value);
  }
  return seed;
}

function singleValue(condition: unknown): unknown {
  if (typeName(condition) === 'regex') return undefined;
  if (!isDoc(condition) || !Object.keys(condition)[0]?.startsWith('$')) return condition;
  if ('$eq' in condition) return condition['$eq'];
  const list = condition['$in'] ?? condition['$all'];
  return Array.isArray(list) && list.length === 1 && typeName(list[0]) !== 'regex' ? list[0] : undefined;
}
