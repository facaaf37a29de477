import { BSONRegExp } from 'bson';
import { mongoError, notSupported } from './errors.ts';
import { checkExpression, evaluate, isTruthy } from './expressions.ts';
import { isNumeric, toDouble } from './numbers.ts';
import { walk } from './paths.ts';
import { toRegExp } from './regex.ts';
import { compareValues, type Doc, isDoc, isEqual, RANK, rankOf, textOf } from './values.ts';
import { typeTest } from './value-tests.ts';

export type Predicate = (doc: Doc) => boolean;
type Variables = Doc;
/** Tests what stands at a path below `root`; without parts, `root` alone as an array's item. */
type PathTest = (root: unknown, parts: readonly string[]) => boolean;
type Test = (value: unknown) => boolean;

const ITEM: readonly string[] = [];

const onEach =
  (test: Test): PathTest =>
  (root, parts) =>
    walk(root, parts, (leaf) => (parts !== ITEM && Array.isArray(leaf) && leaf.some(test)) || test(leaf));

const onWhole =
  (test: Test): PathTest =>
  (root, parts) =>
    walk(root, parts, test);

const not =
  (test: PathTest): PathTest =>
  (root, parts) =>
    !test(root, parts);

const every =
  (tests: PathTest[]): PathTest =>
  (root, parts) =>
    tests.every((test) => test(root, parts));

export function isRegex(value: unknown): value is BSONRegExp | RegExp {
  return rankOf(value) === RANK.regex;
}

export function isOperators(value: unknown): value is Doc {
  return isDoc(value) && (Object.keys(value)[0]?.startsWith('$') ?? false);
}

function listOf(name: string, operand: unknown): unknown[] {
  if (!Array.isArray(operand)) throw mongoError('BadValue', `${name} needs an array`);
  return operand;
}

function regexTest(regex: RegExp, itself?: unknown): Test {
  return (value) =>
    rankOf(value) === RANK.string ? regex.test(textOf(value)) : itself !== undefined && isEqual(value, itself);
}

function equality(operand: unknown): Test {
  return isRegex(operand) ? regexTest(toRegExp(operand), operand) : (value) => isEqual(value, operand);
}

function isNotANumber(value: unknown): boolean {
  return isNumeric(value) && Number.isNaN(toDouble(value));
}

function ordering(operand: unknown, accept: (order: number) => boolean): PathTest {
  if (isRegex(operand)) throw mongoError('BadValue', "Can't have RegEx as arg to predicate over field.");
  const rank = rankOf(operand);
  const unbounded = rank === RANK.minKey || rank === RANK.maxKey;
  return onEach((value) => {
    if (!unbounded && rankOf(value) !== rank) return false;
    if (value === undefined && rank !== RANK.null) return false;
    const order = compareValues(value, operand);
    return order !== 0 && (isNotANumber(operand) || isNotANumber(value)) ? false : accept(order);
  });
}

function isLogical(condition: Doc): boolean {
  return ['$and', '$or', '$nor', '$expr'].includes(Object.keys(condition)[0] ?? '');
}

function elemMatch(operand: unknown): PathTest {
  if (!isDoc(operand)) throw mongoError('BadValue', '$elemMatch needs an Object');
  if (isOperators(operand) && !isLogical(operand)) {
    const test = operators(operand);
    return onWhole((value) => Array.isArray(value) && value.some((item) => test(item, ITEM)));
  }
  const test = compileFilter(operand);
  return onWhole(
    (value) => Array.isArray(value) && value.some((item) => (isDoc(item) || Array.isArray(item)) && test(item as Doc)),
  );
}

function all(operand: unknown): PathTest {
  const tests = listOf('$all', operand).map((item) =>
    isOperators(item) && '$elemMatch' in item ? elemMatch(item['$elemMatch']) : onEach(equality(item)),
  );
  return tests.length === 0 ? () => false : every(tests);
}

function sizeTest(operand: unknown): PathTest {
  const size = isNumeric(operand) ? toDouble(operand) : Number.NaN;
  if (!Number.isInteger(size))
    throw mongoError('BadValue', `Failed to parse $size. Expected a number in: $size: ${String(operand)}`);
  if (size < 0)
    throw mongoError('BadValue', `Failed to parse $size. Expected a non-negative number in: $size: ${size}`);
  return onWhole((value) => Array.isArray(value) && value.length === size);
}

function negation(operand: unknown): PathTest {
  if (isRegex(operand)) return not(onEach(equality(operand)));
  if (!isDoc(operand)) throw mongoError('BadValue', '$not needs a regex or a document');
  if (Object.keys(operand).length === 0) throw mongoError('BadValue', '$not cannot be empty');
  return not(operators(operand));
}

function membership(name: string, operand: unknown): PathTest {
  const items = listOf(name, operand);
  if (items.some((item) => isOperators(item))) throw mongoError('BadValue', `cannot nest $ under ${name}`);
  const tests = items.map(equality);
  return onEach((value) => tests.some((test) => test(value)));
}

function regexOperator(operand: unknown, options: unknown): PathTest {
  if (!isRegex(operand) && typeof operand !== 'string') throw mongoError('BadValue', '$regex has to be a string');
  const source = isRegex(operand) ? operand : new BSONRegExp(operand);
  return onEach(regexTest(toRegExp(source, options === undefined ? undefined : textOf(options))));
}

function operator(name: string, operand: unknown, siblings: Doc): PathTest {
  switch (name) {
    case '$eq':
      return onEach((value) => isEqual(value, operand));
    case '$ne':
      if (isRegex(operand)) throw mongoError('BadValue', "Can't have regex as arg to $ne.");
      return not(onEach((value) => isEqual(value, operand)));
    case '$gt':
      return ordering(operand, (order) => order > 0);
    case '$gte':
      return ordering(operand, (order) => order >= 0);
    case '$lt':
      return ordering(operand, (order) => order < 0);
    case '$lte':
      return ordering(operand, (order) => order <= 0);
    case '$in':
      return membership(name, operand);
    case '$nin':
      return not(membership(name, operand));
    case '$exists':
      return isTruthy(operand) ? onWhole((value) => value !== undefined) : not(onWhole((value) => value !== undefined));
    case '$type':
      return onEach(typeTest(operand));
    case '$size':
      return sizeTest(operand);
    case '$all':
      return all(operand);
    case '$elemMatch':
      return elemMatch(operand);
    case '$not':
      return negation(operand);
    case '$regex':
      return regexOperator(operand, siblings['$options']);
    case '$options':
      if (!('$regex' in siblings)) throw mongoError('BadValue', '$options needs a $regex');
      return () => true;
    case '$mod':
    case '$bitsAllSet':
    case '$bitsAllClear':
    case '$bitsAnySet':
    case '$bitsAnyClear':
    case '$near':
    case '$nearSphere':
    case '$geoWithin':
    case '$geoIntersects':
      throw notSupported(name);
    default:
      throw mongoError('BadValue', `unknown operator: ${name}`);
  }
}

function operators(spec: Doc): PathTest {
  return every(Object.entries(spec).map(([name, operand]) => operator(name, operand, spec)));
}

function clauses(name: string, operand: unknown, variables: Variables): Predicate[] {
  if (!Array.isArray(operand) || operand.length === 0) throw mongoError('BadValue', `${name} must be a nonempty array`);
  return operand.map((clause: unknown) => {
    if (!isDoc(clause)) throw mongoError('BadValue', `${name} entries need to be full objects`);
    return compileFilter(clause, variables);
  });
}

function topLevel(name: string, operand: unknown, variables: Variables): Predicate {
  switch (name) {
    case '$and': {
      const tests = clauses(name, operand, variables);
      return (doc) => tests.every((test) => test(doc));
    }
    case '$or': {
      const tests = clauses(name, operand, variables);
      return (doc) => tests.some((test) => test(doc));
    }
    case '$nor': {
      const tests = clauses(name, operand, variables);
      return (doc) => !tests.some((test) => test(doc));
    }
    case '$expr':
      checkExpression(operand);
      return (doc) => isTruthy(evaluate(operand, doc, variables));
    case '$alwaysTrue':
    case '$comment':
      return () => true;
    case '$alwaysFalse':
      return () => false;
    case '$text':
    case '$where':
    case '$jsonSchema':
      throw notSupported(name);
    default:
      throw mongoError(
        'BadValue',
        `unknown top level operator: ${name}. If you have a field name that starts with a '$' symbol, consider using $getField or $setField.`,
      );
  }
}

/** Compiles a query filter; a bad one is refused here, before any document is read. */
export function compileFilter(filter: Doc, variables: Variables = {}): Predicate {
  const tests = Object.entries(filter).map(([name, operand]): Predicate => {
    if (name.startsWith('$')) return topLevel(name, operand, variables);
    const parts = name.split('.');
    const test = isOperators(operand) ? operators(operand) : onEach(equality(operand));
    return (doc) => test(doc, parts);
  });
  return (doc) => tests.every((test) => test(doc));
}

/** Whether one item of an array passes, as `$pull` asks. */
export function compileItemTest(condition: unknown): Test {
  if (isOperators(condition) && !isLogical(condition)) {
    const test = operators(condition);
    return (item) => test(item, ITEM);
  }
  if (isDoc(condition)) {
    const test = compileFilter(condition);
    return (item) => isDoc(item) && test(item);
  }
  return equality(condition);
}
