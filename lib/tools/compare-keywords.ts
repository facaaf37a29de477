import { isDeepStrictEqual } from 'node:util';
import type { JsonObject } from './json.ts';

/**
 * What a change does to the set of values that a schema takes. `narrower` and `wider` are meant of that set; `different` is both at once, `unclear` may be either;
 * `meaning` leaves the set as it is and changes what the values are said to mean; `wording` changes not even that.
 */
export type Effect = 'narrower' | 'wider' | 'different' | 'unclear' | 'meaning' | 'wording';

export interface SchemaChange {
  readonly path: readonly (string | number)[];
  readonly effect: Effect;
  readonly what: string;
}

type Path = SchemaChange['path'];

const lowerBounds = ['minimum', 'exclusiveMinimum', 'minLength', 'minItems', 'minProperties', 'minContains'];
const upperBounds = ['maximum', 'exclusiveMaximum', 'maxLength', 'maxItems', 'maxProperties', 'maxContains'];
/** What is only there to be read, or names parts that are compared where they are used. */
const silent = new Set([
  'title',
  '$comment',
  'example',
  'examples',
  '$schema',
  '$id',
  'deprecated',
  'readOnly',
  'writeOnly',
  '$anchor',
]);

/** Those of `values` that are not in `list`: by their JSON with sorted members, so that it takes one look at each. */
export function missingFrom(list: readonly unknown[], values: readonly unknown[]): unknown[] {
  const known = new Set(list.map(canonical));
  return values.filter((value) => !known.has(canonical(value)));
}

function canonical(value: unknown): string {
  return JSON.stringify(value, (_, member: unknown) =>
    typeof member === 'object' && member !== null && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : member,
  );
}

export function compareTypes(a: JsonObject, b: JsonObject, path: Path): SchemaChange[] {
  const [before, after] = [typesOf(a), typesOf(b)];
  const lost = before ? [...before].some((type) => !takes(after, type)) : after !== undefined;
  const gained = after ? [...after].some((type) => !takes(before, type)) : before !== undefined;
  const what = `the type was ${describe(before)} and is ${describe(after)}`;
  const at = [...path, 'type'];
  if (lost) return [{ path: at, effect: gained ? 'different' : 'narrower', what }];
  return gained ? [{ path: at, effect: 'wider', what }] : [];
}

function takes(types: ReadonlySet<string> | undefined, type: string): boolean {
  return types === undefined || types.has(type) || (type === 'integer' && types.has('number'));
}

function typesOf({ type }: JsonObject): ReadonlySet<string> | undefined {
  if (type === undefined) return undefined;
  return new Set((Array.isArray(type) ? type : [type]).map(String));
}

function describe(types: ReadonlySet<string> | undefined): string {
  return types ? [...types].join(' or ') : 'any';
}

export function compareEnums(a: JsonObject, b: JsonObject, path: Path): SchemaChange[] {
  const [before, after] = [valuesOf(a), valuesOf(b)];
  const at = [...path, b['enum'] === undefined && b['const'] !== undefined ? 'const' : 'enum'];
  if (!before || !after) {
    if (before) return [{ path: at, effect: 'wider', what: 'any value is valid now' }];
    return after ? [{ path: at, effect: 'narrower', what: 'only certain values are valid now' }] : [];
  }
  const [gone, fresh] = [missingFrom(after, before), missingFrom(before, after)];
  return [
    ...valueChanges(gone, at, 'narrower', 'is not valid any more'),
    ...valueChanges(fresh, at, 'wider', 'is valid now'),
  ];
}

/** A change names so many values one by one; how many more there are is said in one sentence. */
const maxValues = 50;

function valueChanges(values: readonly unknown[], path: Path, effect: Effect, verdict: string): SchemaChange[] {
  const named = values
    .slice(0, maxValues)
    .map((value) => ({ path, effect, what: `${JSON.stringify(value)} ${verdict}` }));
  const more = values.length - named.length;
  return more > 0 ? [...named, { path, effect, what: `${more} more values: each ${verdict}` }] : named;
}

function valuesOf(schema: JsonObject): readonly unknown[] | undefined {
  if (schema['const'] !== undefined) return [schema['const']];
  return Array.isArray(schema['enum']) ? schema['enum'] : undefined;
}

export function compareBounds(a: JsonObject, b: JsonObject, path: Path): SchemaChange[] {
  return [...lowerBounds, ...upperBounds].flatMap((keyword): SchemaChange[] => {
    const [before, after] = [a[keyword], b[keyword]];
    if (isDeepStrictEqual(before, after)) return [];
    const at = [...path, keyword];
    const what = `was ${JSON.stringify(before ?? 'open')} and is ${JSON.stringify(after ?? 'open')}`;
    if (before === undefined || after === undefined)
      return [{ path: at, effect: after === undefined ? 'wider' : 'narrower', what }];
    if (typeof before !== 'number' || typeof after !== 'number') return [{ path: at, effect: 'unclear', what }];
    return [{ path: at, effect: after > before === lowerBounds.includes(keyword) ? 'narrower' : 'wider', what }];
  });
}

export function compareText(a: JsonObject, b: JsonObject, path: Path): SchemaChange[] {
  const changes: SchemaChange[] = [];
  const said = compareDescriptions(a['description'], b['description']);
  if (said) changes.push({ path: [...path, 'description'], ...said });
  if (!isDeepStrictEqual(a['default'], b['default']))
    changes.push({
      path: [...path, 'default'],
      effect: 'meaning',
      what: 'leaving the value out means something else now',
    });
  return changes;
}

/** undefined when nothing changed. A change of case, spaces or punctuation is wording; anything else may change the meaning. */
export function compareDescriptions(
  before: unknown,
  after: unknown,
): Pick<SchemaChange, 'effect' | 'what'> | undefined {
  const [was, is] = [textOf(before), textOf(after)];
  if (was === is) return undefined;
  if (/[\p{Cf}\p{Co}]/u.test(is.replace(was, '')))
    return { effect: 'meaning', what: 'the description holds characters that nobody sees' };
  if (words(was) === words(is)) return { effect: 'wording', what: 'the description has the same words' };
  return { effect: 'meaning', what: 'the description says something else; models read it as instructions' };
}

function words(text: string): string {
  return (text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []).join(' ');
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

const compared = new Set([
  '$ref',
  '$defs',
  'definitions',
  'type',
  'enum',
  'const',
  'description',
  'default',
  'properties',
  'required',
  'additionalProperties',
  'items',
  'contains',
  'propertyNames',
  'anyOf',
  'oneOf',
  ...lowerBounds,
  ...upperBounds,
]);

/** Whatever else the schema says. A demand that is new narrows, one that is gone widens. */
export function compareOthers(a: JsonObject, b: JsonObject, path: Path): SchemaChange[] {
  const names = new Set([...Object.keys(a), ...Object.keys(b)]);
  return [...names]
    .filter((name) => !compared.has(name) && !isDeepStrictEqual(a[name], b[name]))
    .map((name) => {
      const [before, after] = [a[name], b[name]];
      const effect: Effect = silent.has(name)
        ? 'wording'
        : before === undefined || before === false
          ? 'narrower'
          : after === undefined || after === false
            ? 'wider'
            : 'unclear';
      return { path: [...path, name], effect, what: `${name} changed` };
    });
}
