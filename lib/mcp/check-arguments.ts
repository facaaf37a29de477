import { isDeepStrictEqual } from 'node:util';
import { type FieldError, invalid, pointer } from '../kernel/errors/problem.ts';
import { isObject, type Params } from '../upstream/json-rpc.ts';

type Path = readonly (string | number)[];

/** A schema is a stranger's: it may refer to itself, or grow without end. What is not decided by then, the server decides. */
const maxSteps = 20_000;
const maxErrors = 20;

const isType: Readonly<Record<string, (value: unknown) => boolean>> = {
  string: (value) => typeof value === 'string',
  number: (value) => typeof value === 'number',
  integer: (value) => Number.isInteger(value),
  boolean: (value) => typeof value === 'boolean',
  null: (value) => value === null,
  array: (value) => Array.isArray(value),
  object: isObject,
};

/**
 * Checks arguments against a tool's JSON Schema: types, `required`, `enum` and `const`, bounds, closed objects, items, local references and the
 * combinations of schemas. Regular expressions of a stranger are not run, and a dialect's rarer keywords are left to the server.
 * @throws Problem `validation-error` that names every place, at most 20.
 */
export function assertFits({ inputSchema }: { readonly inputSchema: Params }, args: Params): void {
  const budget = { steps: maxSteps };
  const errors = check(args, inputSchema, [], { root: inputSchema, budget });
  if (budget.steps > 0 && errors.length > 0) throw invalid(errors.slice(0, maxErrors));
}

interface Context {
  readonly root: Params;
  readonly budget: { steps: number };
}

function check(value: unknown, schema: unknown, path: Path, context: Context): FieldError[] {
  if ((context.budget.steps -= 1) <= 0) return [];
  if (schema === false) return [fault(path, 'Nothing may stand here', 'unknown_member')];
  if (!isObject(schema)) return [];
  const referred = typeof schema['$ref'] === 'string' ? resolve(schema['$ref'], context.root) : undefined;
  const ofType = checkType(value, schema, path);
  if (ofType.length > 0) return ofType;
  return [
    ...(referred === undefined ? [] : check(value, referred, path, context)),
    ...checkValue(value, schema, path),
    ...checkCombinations(value, schema, path, context),
    ...(isObject(value) ? checkObject(value, schema, path, context) : []),
    ...(Array.isArray(value) ? checkArray(value, schema, path, context) : []),
  ];
}

function checkType(value: unknown, { type }: Params, path: Path): FieldError[] {
  const types = (Array.isArray(type) ? (type as unknown[]) : [type]).filter((each) => typeof each === 'string');
  const known = types.filter((each) => isType[each]);
  if (known.length === 0 || known.length < types.length || known.some((each) => isType[each]?.(value))) return [];
  return [fault(path, `Must be of the type ${known.join(' or ')}`, 'invalid_type')];
}

function checkValue(value: unknown, schema: Params, path: Path): FieldError[] {
  const { enum: values, minimum, maximum, exclusiveMinimum, exclusiveMaximum, minLength, maxLength } = schema;
  if (Array.isArray(values) && !values.some((each) => isDeepStrictEqual(each, value)))
    return [fault(path, `Must be one of ${JSON.stringify(values).slice(0, 300)}`, 'invalid_value')];
  if ('const' in schema && !isDeepStrictEqual(schema['const'], value))
    return [fault(path, `Must be ${JSON.stringify(schema['const']).slice(0, 300)}`, 'invalid_value')];
  const bounds: readonly (readonly [unknown, (bound: number, of: number) => boolean, string])[] =
    typeof value === 'number'
      ? [
          [minimum, (bound, of) => of >= bound, 'at least'],
          [maximum, (bound, of) => of <= bound, 'at most'],
          [exclusiveMinimum, (bound, of) => of > bound, 'more than'],
          [exclusiveMaximum, (bound, of) => of < bound, 'less than'],
        ]
      : typeof value === 'string'
        ? [
            [minLength, (bound, of) => of >= bound, 'at least'],
            [maxLength, (bound, of) => of <= bound, 'at most'],
          ]
        : [];
  const measured = typeof value === 'string' ? Array.from(value).length : Number(value);
  const unit = typeof value === 'string' ? ' characters' : '';
  return bounds.flatMap(([bound, fits, words]) =>
    typeof bound !== 'number' || fits(bound, measured)
      ? []
      : [fault(path, `Must be ${words} ${bound}${unit}`, 'out_of_range')],
  );
}

function checkCombinations(value: unknown, schema: Params, path: Path, context: Context): FieldError[] {
  const all = listOf(schema['allOf']).flatMap((each) => check(value, each, path, context));
  const choices = ['anyOf', 'oneOf'].map((keyword) => listOf(schema[keyword])).filter((list) => list.length > 0);
  const chosen = choices.flatMap((list) => {
    const tried = list.map((each) => check(value, each, path, context));
    // The nearest miss says most.
    return tried.toSorted((a, b) => a.length - b.length)[0] ?? [];
  });
  return [...all, ...chosen];
}

function checkObject(value: Params, schema: Params, path: Path, context: Context): FieldError[] {
  const properties = isObject(schema['properties']) ? schema['properties'] : {};
  const required = listOf(schema['required']).filter((name): name is string => typeof name === 'string');
  const additional = schema['additionalProperties'];
  const others = Object.keys(value).filter((name) => !Object.hasOwn(properties, name));
  const patterned = isObject(schema['patternProperties']);
  return [
    ...required
      .filter((name) => !Object.hasOwn(value, name))
      .map((name) => fault([...path, name], 'Is required', 'missing')),
    ...Object.entries(properties).flatMap(([name, each]) =>
      Object.hasOwn(value, name) ? check(value[name], each, [...path, name], context) : [],
    ),
    ...(additional === undefined || patterned
      ? []
      : others.flatMap((name) => check(value[name], additional, [...path, name], context))),
  ];
}

function checkArray(value: readonly unknown[], schema: Params, path: Path, context: Context): FieldError[] {
  const { minItems, maxItems, items } = schema;
  const prefix = listOf(schema['prefixItems']);
  const counted = [
    ...(typeof minItems === 'number' && value.length < minItems
      ? [fault(path, `Must have at least ${minItems} items`, 'out_of_range')]
      : []),
    ...(typeof maxItems === 'number' && value.length > maxItems
      ? [fault(path, `Must have at most ${maxItems} items`, 'out_of_range')]
      : []),
  ];
  return [
    ...counted,
    ...value.flatMap((each, index) => {
      const of = index < prefix.length ? prefix[index] : items;
      return of === undefined || Array.isArray(of) ? [] : check(each, of, [...path, index], context);
    }),
  ];
}

/** Only references within the schema; any other is left to the server. */
function resolve(reference: string, root: Params): unknown {
  if (reference === '#') return root;
  if (!reference.startsWith('#/')) return undefined;
  let found: unknown = root;
  for (const part of reference.slice(2).split('/')) {
    const name = part.replaceAll('~1', '/').replaceAll('~0', '~');
    if (!isObject(found) || !Object.hasOwn(found, name)) return undefined;
    found = found[name];
  }
  return found;
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? (value as unknown[]) : [];
}

function fault(path: Path, msg: string, type: string): FieldError {
  return { loc: ['body', ...path], pointer: pointer(path), msg, type };
}
