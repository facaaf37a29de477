import { isObject } from './json.ts';

export interface SchemaError {
  readonly path: readonly (string | number)[];
  readonly msg: string;
}

const types = ['string', 'number', 'integer', 'boolean', 'object', 'array', 'null'];

type Check = (value: unknown) => string | undefined;
const requirement =
  (fits: (value: unknown) => boolean, msg: string): Check =>
  (value) =>
    fits(value) ? undefined : msg;

const aCount = requirement(
  (value) => Number.isInteger(value) && Number(value) >= 0,
  'Must be a whole number, 0 or more',
);
const aNumber = requirement((value) => typeof value === 'number', 'Must be a number');
const aText = requirement((value) => typeof value === 'string', 'Must be a string');
const aSwitch = requirement((value) => typeof value === 'boolean', 'Must be true or false');
const names = requirement(
  (value) =>
    Array.isArray(value) && value.every((name) => typeof name === 'string') && new Set(value).size === value.length,
  'Must be a list of different strings',
);

/** What the value of a keyword must be (2020-12, and what drafts 4 to 7 wrote otherwise). */
const values: Readonly<Record<string, Check>> = {
  type: checkType,
  enum: requirement((value) => Array.isArray(value) && value.length > 0, 'Must be a list with at least one value'),
  required: names,
  pattern: checkPattern,
  format: aText,
  title: aText,
  description: aText,
  $comment: aText,
  $schema: aText,
  $id: aText,
  $anchor: aText,
  minimum: aNumber,
  maximum: aNumber,
  exclusiveMinimum: requirement((value) => ['number', 'boolean'].includes(typeof value), 'Must be a number'),
  exclusiveMaximum: requirement((value) => ['number', 'boolean'].includes(typeof value), 'Must be a number'),
  multipleOf: requirement((value) => typeof value === 'number' && value > 0, 'Must be a number above 0'),
  minLength: aCount,
  maxLength: aCount,
  minItems: aCount,
  maxItems: aCount,
  minContains: aCount,
  maxContains: aCount,
  minProperties: aCount,
  maxProperties: aCount,
  uniqueItems: aSwitch,
  readOnly: aSwitch,
  writeOnly: aSwitch,
  deprecated: aSwitch,
  examples: requirement(Array.isArray, 'Must be a list'),
};

const oneSchema = [
  'additionalProperties',
  'unevaluatedProperties',
  'unevaluatedItems',
  'additionalItems',
  'propertyNames',
  'contains',
  'not',
  'if',
  'then',
  'else',
  'contentSchema',
];
const listsOfSchemas = ['allOf', 'anyOf', 'oneOf', 'prefixItems'];
const mapsOfSchemas = ['properties', 'patternProperties', '$defs', 'definitions', 'dependentSchemas'];

/** What is wrong with a JSON Schema as a schema: misspelt types, bounds that are no numbers, patterns that do not compile, references that lead nowhere. At most 20. */
export function checkJsonSchema(schema: unknown): SchemaError[] {
  const errors: SchemaError[] = [];
  const report = (path: SchemaError['path'], msg: string | undefined): void => {
    if (msg !== undefined && errors.length < 20) errors.push({ path, msg });
  };
  const visit = (at: unknown, path: SchemaError['path']): void => {
    if (typeof at === 'boolean') return;
    if (!isObject(at)) return report(path, 'A schema is an object, true or false');
    for (const [keyword, value] of Object.entries(at)) {
      const here = [...path, keyword];
      const check = Object.hasOwn(values, keyword) ? values[keyword] : undefined;
      if (check) report(here, check(value));
      else if (keyword === '$ref') report(here, checkReference(schema, value));
      else if (oneSchema.includes(keyword)) visit(value, here);
      else if (keyword === 'items' && !Array.isArray(value)) visit(value, here);
      else if (keyword === 'items' || listsOfSchemas.includes(keyword)) {
        if (!Array.isArray(value) || value.length === 0) report(here, 'Must be a list of schemas');
        else value.forEach((member, index) => visit(member, [...here, index]));
      } else if (mapsOfSchemas.includes(keyword)) {
        if (!isObject(value)) report(here, 'Must be an object whose members are schemas');
        else for (const [name, member] of Object.entries(value)) visit(member, [...here, name]);
      }
    }
    for (const [low, high] of bounds) {
      if (Number(at[low]) > Number(at[high])) report([...path, low], `Is above ${high}: nothing fits`);
    }
  };
  visit(schema, []);
  return errors;
}

const bounds = [
  ['minimum', 'maximum'],
  ['minLength', 'maxLength'],
  ['minItems', 'maxItems'],
  ['minProperties', 'maxProperties'],
] as const;

function checkType(value: unknown): string | undefined {
  const named = Array.isArray(value) ? value : [value];
  const unknown = named.find((type) => !types.includes(type));
  if (named.length > 0 && unknown === undefined) return undefined;
  const text = typeof unknown === 'string' ? unknown : JSON.stringify(unknown ?? value);
  const meant = types.find((type) => type.slice(0, 3) === text.toLowerCase().slice(0, 3));
  return `"${text}" is not a type of JSON Schema${meant === undefined ? ` (${types.join(', ')})` : `; "${meant}"?`}`;
}

function checkPattern(value: unknown): string | undefined {
  if (typeof value !== 'string') return 'Must be a string';
  try {
    return void new RegExp(value, 'u');
  } catch {
    // Patterns from before the u flag may escape more than they need.
  }
  try {
    return void new RegExp(value);
  } catch {
    return 'Is not a regular expression (ECMA 262)';
  }
}

/** A reference inside the schema must lead somewhere; one to elsewhere is not followed. */
function checkReference(root: unknown, value: unknown): string | undefined {
  if (typeof value !== 'string') return 'Must be a string';
  if (!value.startsWith('#/')) return undefined;
  return resolvePointer(root, value) === undefined ? `${value} is not in this schema` : undefined;
}

/** What a reference such as `#/$defs/name` leads to. */
export function resolvePointer(root: unknown, reference: string): unknown {
  let at = root;
  for (const part of reference.slice(2).split('/')) {
    const name = decode(part).replaceAll('~1', '/').replaceAll('~0', '~');
    if (Array.isArray(at)) at = at[Number(name)];
    else if (isObject(at) && Object.hasOwn(at, name)) at = at[name];
    else return undefined;
  }
  return at;
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
