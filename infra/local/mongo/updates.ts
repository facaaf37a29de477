import { BSONRegExp } from 'bson';
import { mongoError, notSupported } from './errors.ts';
import { compileItemTest } from './match.ts';
import { isNumeric, sum } from './numbers.ts';
import { fieldAt, isIndexPart } from './paths.ts';
import { compareText, compareValues, type Doc, isDoc, isEqual, typeName, formatValue } from './values.ts';

/** Gives the field's new value from its old one (`undefined`: missing); `undefined` again leaves the field as it is. */
type FieldChange = (old: unknown, path: string, doc: Doc) => unknown;

interface Change {
  readonly path: string;
  readonly parts: readonly string[];
  readonly apply: FieldChange | 'unset';
}

/** Changes a document in place. */
export type Update = (doc: Doc, isInsert: boolean) => void;

function increment(operand: unknown): FieldChange {
  if (!isNumeric(operand))
    throw mongoError('TypeMismatch', `Cannot increment with non-numeric argument: ${formatValue(operand)}`);
  return (old, path, doc) => {
    if (old === undefined) return operand;
    if (isNumeric(old)) return sum(old, operand);
    const field = `{_id: ${formatValue(doc['_id'])}} has the field '${path.split('.').at(-1)}'`;
    const problem = `Cannot apply $inc to a value of non-numeric type. ${field} of non-numeric type ${typeName(old)}`;
    throw mongoError('TypeMismatch', problem);
  };
}

function arrayAt(old: unknown, path: string, doc: Doc): unknown[] {
  if (old === undefined) return [];
  if (Array.isArray(old)) return [...old];
  const place = `in document {_id: ${formatValue(doc['_id'])}}`;
  throw mongoError('BadValue', `The field '${path}' must be an array but is of type ${typeName(old)} ${place}`);
}

function itemsOf(name: string, operand: unknown): unknown[] {
  if (!isDoc(operand) || !('$each' in operand)) return [operand];
  const { $each: items, ...more } = operand;
  const [unknown] = Object.keys(more);
  if (unknown !== undefined) throw mongoError('BadValue', `Unrecognized clause in ${name}: ${unknown}`);
  if (Array.isArray(items)) return items;
  const found = typeName(items);
  throw mongoError('BadValue', `The argument to $each in ${name} must be an array but it was of type: ${found}`);
}

function push(operand: unknown): FieldChange {
  const items = itemsOf('$push', operand);
  return (old, path, doc) => [...arrayAt(old, path, doc), ...items];
}

function addToSet(operand: unknown): FieldChange {
  const items = itemsOf('$addToSet', operand);
  return (old, path, doc) => {
    const list = arrayAt(old, path, doc);
    for (const item of items) if (!list.some((other) => isEqual(item, other))) list.push(item);
    return list;
  };
}

function pull(operand: unknown): FieldChange {
  const test = compileItemTest(operand);
  return (old) => {
    if (old === undefined) return undefined;
    if (!Array.isArray(old)) throw mongoError('BadValue', 'Cannot apply $pull to a non-array value');
    return old.filter((item) => !test(item));
  };
}

const operators: Readonly<Record<string, (operand: unknown) => Change['apply']>> = {
  $set: (operand) => () => operand,
  $setOnInsert: (operand) => () => operand,
  $unset: () => 'unset',
  $inc: increment,
  $min: (operand) => (old) => (old === undefined || compareValues(operand, old) < 0 ? operand : undefined),
  $max: (operand) => (old) => (old === undefined || compareValues(operand, old) > 0 ? operand : undefined),
  $push: push,
  $addToSet: addToSet,
  $pull: pull,
};

/** Refuses two changes of which one is inside the other. `changes` come in the order of their paths. */
function refuseConflicts(changes: readonly Change[]): void {
  for (const { path } of changes) {
    const outer = changes.find((other) => path.startsWith(`${other.path}.`))?.path;
    if (outer !== undefined || changes.filter((other) => other.path === path).length > 1) {
      const problem = `Updating the path '${path}' would create a conflict at '${outer ?? path}'`;
      throw mongoError('ConflictingUpdateOperators', problem);
    }
  }
}

function changesOf(name: string, fields: unknown): Change[] {
  const operator = Object.hasOwn(operators, name) ? operators[name] : undefined;
  if (operator === undefined) {
    const expected = 'Expected a valid update modifier or pipeline-style update specified as an array';
    throw mongoError('FailedToParse', `Unknown modifier: ${name}. ${expected}`);
  }
  if (!isDoc(fields)) {
    const example = `For example: {$mod: {<field>: ...}} not {${name}: ${formatValue(fields)}}`;
    const problem = `Modifiers operate on fields but we found type ${typeName(fields)} instead. ${example}`;
    throw mongoError('FailedToParse', problem);
  }
  return Object.entries(fields).map(([path, operand]) => ({ path, parts: partsOf(path), apply: operator(operand) }));
}

function applyChange(doc: Doc, { path, parts, apply }: Change): void {
  if (apply === 'unset') return unsetAt(doc, parts);
  const value = apply(fieldAt(doc, parts), path, doc);
  if (value !== undefined) setAt(doc, parts, value);
}

/** Compiles an update with operators; a bad one is refused here, before any document is touched. */
export function compileUpdate(update: Doc): Update {
  // MongoDB makes new fields in the order of their names, whatever the order of the request.
  const changes = Object.entries(update)
    .flatMap(([name, fields]) => changesOf(name, fields))
    .toSorted((a, b) => compareText(a.path, b.path));
  refuseConflicts(changes);
  const onInsert = new Set(changesOfInsert(update));
  return (doc, isInsert) => {
    const { _id: id } = doc;
    for (const change of changes) if (isInsert || !onInsert.has(change.path)) applyChange(doc, change);
    if (id !== undefined && !isEqual(doc['_id'], id)) {
      const problem = "Performing an update on the path '_id' would modify the immutable field '_id'";
      throw mongoError('ImmutableField', problem);
    }
  };
}

function changesOfInsert({ $setOnInsert }: Doc): string[] {
  return isDoc($setOnInsert) ? Object.keys($setOnInsert) : [];
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
  if (condition instanceof BSONRegExp) return undefined;
  if (!isDoc(condition) || !Object.keys(condition)[0]?.startsWith('$')) return condition;
  if ('$eq' in condition) return condition['$eq'];
  const list = condition['$in'];
  return Array.isArray(list) && list.length === 1 && !(list[0] instanceof BSONRegExp) ? list[0] : undefined;
}

/** The parts of an update's path; one with an empty part, or with a positional `$`, is refused. */
function partsOf(path: string): string[] {
  if (path === '') throw mongoError('EmptyFieldName', 'An empty update path is not valid.');
  const parts = path.split('.');
  if (parts.includes(''))
    throw mongoError('EmptyFieldName', `The update path '${path}' contains an empty field name, which is not allowed.`);
  if (parts.some((part) => part === '$' || part.startsWith('$['))) throw notSupported('a positional update');
  const dollar = parts.find((part) => part.startsWith('$'));
  if (dollar === undefined) return parts;
  throw mongoError('DollarPrefixedFieldName', `The dollar ($) prefixed field '${dollar}' in '${path}' is not allowed.`);
}

/** Puts a value at a path, making the documents on the way; what stands in the way is an error. */
function setAt(doc: Doc, parts: readonly string[], value: unknown): void {
  let holder: unknown = doc;
  for (const [i, part] of parts.entries()) {
    if (Array.isArray(holder) && isIndexPart(part)) throw itemUpdate();
    if (!isDoc(holder)) throw notViable(part, parts[i - 1], holder);
    if (i === parts.length - 1) holder[part] = value;
    else if (!Object.hasOwn(holder, part)) holder[part] = {};
    holder = holder[part];
  }
}

function itemUpdate(): Error {
  return notSupported('an update of one item of an array');
}

function notViable(part: string, parent: string | undefined, holder: unknown): Error {
  return mongoError('PathNotViable', `Cannot create field '${part}' in element {${parent}: ${formatValue(holder)}}`);
}

function unsetAt(doc: Doc, parts: readonly string[]): void {
  const holder = fieldAt(doc, parts.slice(0, -1));
  const last = parts.at(-1) ?? '';
  if (Array.isArray(holder) && isIndexPart(last)) throw itemUpdate();
  if (isDoc(holder)) delete holder[last];
}
