import { BSONRegExp } from 'bson';
import { mongoError, notSupported } from './errors.ts';
import { isTruthy } from './expressions.ts';
import { isNumeric, toDouble } from './numbers.ts';
import { walk } from './paths.ts';
import { assertComparable, compareValues, type Doc, isDoc, isEqual, rank, rankOf } from './values.ts';

export type Predicate = (doc: Doc) => boolean;
/** Tests what stands at a path below `root`; without parts, `root` alone as an array's item. */
type PathTest = (root: unknown, parts: readonly string[]) => boolean;
type Test = (value: unknown) => boolean;

const item: readonly string[] = [];

const onEach =
  (test: Test): PathTest =>
  (root, parts) =>
    walk(root, parts, (leaf) => (parts !== item && Array.isArray(leaf) && leaf.some(test)) || test(leaf));

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

export function isRegex(value: unknown): value is BSONRegExp {
  return value instanceof BSONRegExp;
}

export function isOperators(value: unknown): value is Doc {
  return isDoc(value) && (Object.keys(value)[0]?.startsWith('$') ?? false);
}

/** Turns MongoDB's (PCRE) regular expression into JavaScript's; one that JavaScript does not read the same is refused. */
function toRegExp({ pattern, options }: BSONRegExp, flags = options): RegExp {
  const bad = /[^imsxu]/.exec(flags)?.[0];
  if (bad) throw mongoError(51_108, `invalid flag in regex options: ${bad}`);
  if (flags.includes('x')) throw notSupported('the regex option x');
  if (/\(\?[imsx]+[):]|\\[AzZQEGKhRX]|\[\[:/.test(pattern.replaceAll('\\\\', '')))
    throw notSupported(`the regular expression ${pattern}`);
  const known = [...new Set(flags)].filter((flag) => 'ims'.includes(flag)).join('');
  try {
    return new RegExp(pattern, `${known}u`);
  } catch {
    // Unicode mode refuses needless escapes that PCRE accepts, so the plain mode decides.
  }
  try {
    return new RegExp(pattern, known);
  } catch (error) {
    throw mongoError(51_091, `Regular expression is invalid: ${(error as Error).message}`);
  }
}

function listOf(name: string, operand: unknown): unknown[] {
  if (!Array.isArray(operand)) throw mongoError('BadValue', `${name} needs an array`);
  return operand;
}

function literally(operand: unknown): Test {
  assertComparable(operand);
  return (value) => isEqual(value, operand);
}

function equality(operand: unknown): Test {
  if (!isRegex(operand)) return literally(operand);
  const regex = toRegExp(operand);
  return (value) => typeof value === 'string' && regex.test(value);
}

function isNotANumber(value: unknown): boolean {
  return isNumeric(value) && Number.isNaN(toDouble(value));
}

function ordering(operand: unknown, accept: (order: number) => boolean): PathTest {
  if (isRegex(operand)) throw mongoError('BadValue', "Can't have RegEx as arg to predicate over field.");
  assertComparable(operand);
  const type = rankOf(operand);
  return onEach((value) => {
    if (rankOf(value) !== type || (value === undefined && type !== rank.null)) return false;
    const order = compareValues(value, operand);
    return order !== 0 && (isNotANumber(operand) || isNotANumber(value)) ? false : accept(order);
  });
}

function isLogical(condition: Doc): boolean {
  return ['$and', '$or', '$nor'].includes(Object.keys(condition)[0] ?? '');
}

function elemMatch(operand: unknown): PathTest {
  if (!isDoc(operand)) throw mongoError('BadValue', '$elemMatch needs an Object');
  const test = compileItemTest(operand);
  return onWhole((value) => Array.isArray(value) && value.some(test));
}

function sizeTest(operand: unknown): PathTest {
  const size = isNumeric(operand) ? toDouble(operand) : Number.NaN;
  if (!Number.isInteger(size) || size < 0)
    throw mongoError('BadValue', `Failed to parse $size. Expected a non-negative number in: $size: ${size}`);
  return onWhole((value) => Array.isArray(value) && value.length === size);
}

function negation(operand: unknown): PathTest {
  if (isRegex(operand)) return not(onEach(equality(operand)));
  if (isDoc(operand) && Object.keys(operand).length > 0) return not(operators(operand));
  throw mongoError('BadValue', '$not needs a regex or a document that is not empty');
}

function membership(name: string, operand: unknown): PathTest {
  const items = listOf(name, operand);
  if (items.some((item) => isOperators(item))) throw mongoError('BadValue', `cannot nest $ under ${name}`);
  // Mostly ids, hundreds of them.
  const texts = new Set(items.filter((item) => typeof item === 'string'));
  const tests = items.filter((item) => typeof item !== 'string').map(equality);
  return onEach((value) => (typeof value === 'string' && texts.has(value)) || tests.some((test) => test(value)));
}

function regexOperator(operand: unknown, options: unknown): PathTest {
  if (!isRegex(operand) && typeof operand !== 'string') throw mongoError('BadValue', '$regex has to be a string');
  if (options !== undefined && typeof options !== 'string') throw mongoError('BadValue', '$options has to be a string');
  const regex = toRegExp(isRegex(operand) ? operand : new BSONRegExp(operand), options);
  return onEach((value) => typeof value === 'string' && regex.test(value));
}

const exists: PathTest = onWhole((value) => value !== undefined);

const operatorTests: Readonly<Record<string, (operand: unknown, siblings: Doc) => PathTest>> = {
  $eq: (operand) => onEach(literally(operand)),
  $ne: (operand) => {
    if (isRegex(operand)) throw mongoError('BadValue', "Can't have regex as arg to $ne.");
    return not(onEach(literally(operand)));
  },
  $gt: (operand) => ordering(operand, (order) => order > 0),
  $gte: (operand) => ordering(operand, (order) => order >= 0),
  $lt: (operand) => ordering(operand, (order) => order < 0),
  $lte: (operand) => ordering(operand, (order) => order <= 0),
  $in: (operand) => membership('$in', operand),
  $nin: (operand) => not(membership('$nin', operand)),
  $exists: (operand) => (isTruthy(operand) ? exists : not(exists)),
  $size: sizeTest,
  $elemMatch: elemMatch,
  $not: negation,
  $regex: (operand, { $options }) => regexOperator(operand, $options),
};

function operators(spec: Doc): PathTest {
  return every(
    Object.entries(spec).map(([name, operand]) => {
      if (name === '$options' && '$regex' in spec) return () => true;
      const compile = Object.hasOwn(operatorTests, name) ? operatorTests[name] : undefined;
      if (compile === undefined) throw mongoError('BadValue', `unknown operator: ${name}`);
      return compile(operand, spec);
    }),
  );
}

function topLevel(name: string, operand: unknown): Predicate {
  if (name === '$comment') return () => true;
  if (!isLogical({ [name]: operand })) {
    const advice = "If you have a field name that starts with a '$' symbol, consider using $getField or $setField.";
    throw mongoError('BadValue', `unknown top level operator: ${name}. ${advice}`);
  }
  if (!Array.isArray(operand) || operand.length === 0) throw mongoError('BadValue', `${name} must be a nonempty array`);
  const tests = operand.map((clause: unknown) => {
    if (!isDoc(clause)) throw mongoError('BadValue', `${name} entries need to be full objects`);
    return compileFilter(clause);
  });
  if (name === '$and') return (doc) => tests.every((test) => test(doc));
  return (doc) => tests.some((test) => test(doc)) === (name === '$or');
}

/** Compiles a query filter; a bad one is refused here, before any document is read. */
export function compileFilter(filter: Doc): Predicate {
  const tests = Object.entries(filter).map(([name, operand]): Predicate => {
    if (name.startsWith('$')) return topLevel(name, operand);
    const parts = name.split('.');
    const test = isOperators(operand) ? operators(operand) : onEach(equality(operand));
    return (doc) => test(doc, parts);
  });
  return (doc) => tests.every((test) => test(doc));
}

/** Whether one item of an array passes, as `$pull` and `$elemMatch` ask. */
export function compileItemTest(condition: unknown): Test {
  if (isOperators(condition) && !isLogical(condition)) {
    const test = operators(condition);
    return (value) => test(value, item);
  }
  if (isDoc(condition)) {
    const test = compileFilter(condition);
    return (item) => isDoc(item) && test(item);
  }
  return equality(condition);
}
