import { mongoError } from './errors.ts';
import { compileItemTest, isOperators } from './match.ts';
import { fieldAt, isIndexPart } from './paths.ts';
import { shown } from './show-value.ts';
import { type Doc, isDoc } from './values.ts';

export type ItemTests = ReadonlyMap<string, (item: unknown) => boolean>;

function identifierOf(filter: Doc, found = new Set<string>()): Set<string> {
  for (const [key, value] of Object.entries(filter)) {
    if (key.startsWith('$') && Array.isArray(value)) for (const clause of value) identifierOf(clause as Doc, found);
    else found.add(key.split('.')[0] ?? key);
  }
  return found;
}

/** Turns `{'item.qty': {$gt: 1}}` into a test of one item. */
function itemTest(filter: Doc, identifier: string): (item: unknown) => boolean {
  const tests = Object.entries(filter).map(([key, condition]): ((item: unknown) => boolean) => {
    if (key.startsWith('$')) {
      const inner = (condition as Doc[]).map((clause) => itemTest(clause, identifier));
      if (key === '$or') return (item) => inner.some((test) => test(item));
      if (key === '$nor') return (item) => !inner.some((test) => test(item));
      if (key === '$and') return (item) => inner.every((test) => test(item));
      throw mongoError('BadValue', `unknown top level operator: ${key}`);
    }
    if (key === identifier) return itemConditionTest(condition);
    return compileItemTest({ [key.slice(identifier.length + 1)]: condition });
  });
  return (item) => tests.every((test) => test(item));
}

/** A document without operators asks an item for equality here, where `$pull` would read it as a filter. */
function itemConditionTest(condition: unknown): (item: unknown) => boolean {
  return compileItemTest(isDoc(condition) && !isOperators(condition) ? { $eq: condition } : condition);
}

export function compileArrayFilters(filters: readonly Doc[]): ItemTests {
  const tests = new Map<string, (item: unknown) => boolean>();
  for (const filter of filters) {
    const [identifier, ...more] = identifierOf(filter);
    if (identifier === undefined)
      throw mongoError('FailedToParse', 'Cannot use an expression without a top-level field name in arrayFilters');
    if (more.length > 0) {
      throw mongoError(
        'FailedToParse',
        `Error parsing array filter :: caused by :: Expected a single top-level field name, found '${identifier}' and '${more[0]}'`,
      );
    }
    if (tests.has(identifier)) {
      throw mongoError(
        'FailedToParse',
        `Found multiple array filters with the same top-level field name ${identifier}`,
      );
    }
    tests.set(identifier, itemTest(filter, identifier));
  }
  return tests;
}

/** The index that `$` stands for: the first item of the array that the query's condition on it matched. */
export function positionOf(doc: Doc, array: readonly string[], filter: Doc): number | undefined {
  const items = fieldAt(doc, array);
  if (!Array.isArray(items)) return undefined;
  const path = array.join('.');
  for (const [key, condition] of Object.entries(filter)) {
    if ((key === '$and' || key === '$or') && Array.isArray(condition)) {
      for (const clause of condition) {
        const position = isDoc(clause) ? positionOf(doc, array, clause) : undefined;
        if (position !== undefined) return position;
      }
    }
    let test: ((item: unknown) => boolean) | undefined;
    if (key === path) {
      test =
        isDoc(condition) && '$elemMatch' in condition
          ? compileItemTest(condition['$elemMatch'])
          : itemConditionTest(condition);
    } else if (key.startsWith(`${path}.`)) test = compileItemTest({ [key.slice(path.length + 1)]: condition });
    const position = test ? items.findIndex(test) : -1;
    if (position >= 0) return position;
  }
  return undefined;
}

/** The concrete paths that a path with `$`, `$[]` or `$[name]` stands for in this document. */
export function resolvePaths(doc: Doc, parts: readonly string[], filter: Doc, tests: ItemTests): string[][] {
  const at = parts.findIndex((part) => part.startsWith('$'));
  const part = parts[at];
  if (part === undefined) return [[...parts]];
  const [array, rest] = [parts.slice(0, at), parts.slice(at + 1)];
  const further = (i: number): string[][] => resolvePaths(doc, [...array, String(i), ...rest], filter, tests);
  if (part === '$') {
    const position = positionOf(doc, array, filter);
    if (position === undefined)
      throw mongoError('BadValue', 'The positional operator did not find the match needed from the query.');
    return further(position);
  }
  const identifier = /^\$\[(.*)\]$/.exec(part)?.[1];
  if (identifier === undefined) {
    throw mongoError(
      'DollarPrefixedFieldName',
      `The dollar ($) prefixed field '${part}' in '${parts.join('.')}' is not allowed in the context of an update's replacement document.`,
    );
  }
  const items = fieldAt(doc, array);
  if (items === undefined) {
    throw mongoError(
      'BadValue',
      `The path '${array.join('.')}' must exist in the document in order to apply array updates.`,
    );
  }
  if (!Array.isArray(items)) {
    throw mongoError('BadValue', `Cannot apply array updates to non-array element ${array.at(-1)}: ${shown(items)}`);
  }
  const test = identifier === '' ? () => true : tests.get(identifier);
  return items.flatMap((item, i) => (test?.(item) ? further(i) : []));
}

/** Puts a value at a concrete path, making the documents on the way; what stands in the way is an error. */
export function setAt(doc: Doc, parts: readonly string[], value: unknown): void {
  let holder: unknown = doc;
  for (const [i, part] of parts.entries()) {
    const last = i === parts.length - 1;
    if (Array.isArray(holder)) {
      if (!isIndexPart(part)) throw notViable(part, parts[i - 1], holder);
      const index = Number(part);
      if (index > holder.length + 1_500_000) throw mongoError('BadValue', "can't backfill more than 1500000 elements");
      while (holder.length < index) holder.push(null);
      if (last) holder[index] = value;
      else holder[index] ??= {};
      holder = holder[index];
    } else if (isDoc(holder)) {
      if (last) holder[part] = value;
      else if (!Object.hasOwn(holder, part)) holder[part] = {};
      holder = holder[part];
    } else throw notViable(part, parts[i - 1], holder);
  }
}

function notViable(part: string, parent: string | undefined, holder: unknown): Error {
  return mongoError('PathNotViable', `Cannot create field '${part}' in element {${parent}: ${shown(holder)}}`);
}

export function unsetAt(doc: Doc, parts: readonly string[]): void {
  const holder = fieldAt(doc, parts.slice(0, -1));
  const last = parts.at(-1) ?? '';
  if (Array.isArray(holder) && isIndexPart(last) && Number(last) < holder.length) holder[Number(last)] = null;
  else if (isDoc(holder)) delete holder[last];
}
