import { isObject, type JsonObject } from './json.ts';
import { definitions, type Schema, serverSchema } from './server-schema.ts';

type Path = readonly (string | number)[];

/** Where a document does not keep its schema. */
export interface Misfit {
  readonly path: Path;
  readonly msg: string;
  readonly keyword: string;
}

interface Fitted {
  /** What of the value keeps the schema; undefined when nothing does. */
  readonly value: unknown;
  readonly misfits: readonly Misfit[];
}

/** Every place where a `server.json` does not keep the schema of 2025-12-11. */
export function misfitsOf(document: unknown): readonly Misfit[] {
  return fit(document, serverSchema, []).misfits;
}

/**
 * The document as it keeps the schema: numbers and switches become texts, texts are cut to their length, members and list entries that cannot keep it are left
 * out. Undefined when something is missing that every server needs.
 */
export function fitServerJson(document: unknown): JsonObject | undefined {
  const { value } = fit(document, serverSchema, []);
  return isObject(value) ? value : undefined;
}

function fit(value: unknown, schema: Schema, path: Path): Fitted {
  if (schema.$ref !== undefined) return fit(value, definitions[schema.$ref.replace('#/definitions/', '')] ?? {}, path);
  let current = value;
  const misfits: Misfit[] = [];
  for (const part of partsOf(schema)) {
    const fitted = part(current, path);
    misfits.push(...fitted.misfits);
    current = fitted.value;
    if (current === undefined) break;
  }
  return { value: current, misfits };
}

type Part = (value: unknown, path: Path) => Fitted;

function partsOf(schema: Schema): Part[] {
  const parts: Part[] = (schema.allOf ?? []).map((each) => (value, path) => fit(value, each, path));
  if (schema.type === 'object' || (schema.type === undefined && schema.required))
    parts.push((value, path) => fitObject(value, schema, path));
  if (schema.type === 'array') parts.push((value, path) => fitList(value, schema, path));
  if (schema.type === 'string') parts.push((value, path) => fitText(value, schema, path));
  if (schema.type === 'boolean')
    parts.push((value, path) => (typeof value === 'boolean' ? kept(value) : lost(path, 'Is true or false', 'type')));
  const { anyOf } = schema;
  if (anyOf) parts.push((value, path) => fitAny(value, anyOf, path));
  return parts;
}

const kept = (value: unknown): Fitted => ({ value, misfits: [] });
const lost = (path: Path, msg: string, keyword: string): Fitted => ({
  value: undefined,
  misfits: [{ path, msg, keyword }],
});

function fitObject(
  value: unknown,
  { properties = {}, required = [], additionalProperties }: Schema,
  path: Path,
): Fitted {
  if (!isObject(value)) return lost(path, 'Is an object', 'type');
  const misfits: Misfit[] = [];
  const entries = Object.entries(value).flatMap(([name, member]): [string, unknown][] => {
    const schema = Object.hasOwn(properties, name) ? properties[name] : additionalProperties;
    if (!schema) return [[name, member]];
    const fitted = fit(member, schema, [...path, name]);
    misfits.push(...fitted.misfits);
    return fitted.value === undefined ? [] : [[name, fitted.value]];
  });
  const fitted = Object.fromEntries(entries);
  for (const name of required.filter((each) => !Object.hasOwn(value, each)))
    misfits.push({ path, msg: `Needs the member ${name}`, keyword: 'required' });
  return { value: required.every((name) => Object.hasOwn(fitted, name)) ? fitted : undefined, misfits };
}

function fitList(value: unknown, { items = {} }: Schema, path: Path): Fitted {
  if (!Array.isArray(value)) return lost(path, 'Is a list', 'type');
  const members = value.map((member: unknown, index) => fit(member, items, [...path, index]));
  return {
    value: members.map((member) => member.value).filter((member) => member !== undefined),
    misfits: members.flatMap(({ misfits }) => misfits),
  };
}

function fitText(value: unknown, schema: Schema, path: Path): Fitted {
  const isScalar = typeof value === 'number' || typeof value === 'boolean';
  const text = isScalar ? String(value) : value;
  if (typeof text !== 'string') return lost(path, 'Is a text', 'type');
  const misfits: Misfit[] = isScalar ? [{ path, msg: 'Is a text', keyword: 'type' }] : [];
  const { enum: values, pattern, format, minLength = 0, maxLength = Infinity, not } = schema;
  if (values && !values.includes(text)) return lost(path, `Is one of: ${values.join(', ')}`, 'enum');
  if (not?.const === text) return lost(path, `Is not "${text}"`, 'not');
  if (pattern !== undefined && !new RegExp(pattern, 'u').test(text))
    return lost(path, `Has the form ${pattern}`, 'pattern');
  if (format === 'uri' && !isWebAddress(text)) return lost(path, 'Is an http or https URL', 'format');
  const characters = Array.from(text);
  const { length } = characters;
  if (length < minLength) return lost(path, `Has at least ${minLength} characters`, 'minLength');
  if (length <= maxLength) return { value: text, misfits };
  const cut = format === undefined ? `${characters.slice(0, maxLength - 1).join('')}…` : undefined;
  return {
    value: cut,
    misfits: [...misfits, { path, msg: `Has at most ${maxLength} characters`, keyword: 'maxLength' }],
  };
}

/** Stricter than the schema, which takes `javascript:` for a URI as well; and no stranger's URL has a user's name in it. */
function isWebAddress(text: string): boolean {
  return /^https?:\/\/[^\s"<>\\^`{|}]+$/i.test(text) && URL.canParse(text);
}

/** The first alternative that the value keeps, else the first that something of it keeps. */
function fitAny(value: unknown, alternatives: readonly Schema[], path: Path): Fitted {
  const fitted = alternatives.map((each) => fit(value, each, path));
  const type = isObject(value) ? value['type'] : undefined;
  const whole = fitted.find((each) => each.misfits.length === 0);
  if (whole) return whole;
  const some = fitted.find((each) => each.value !== undefined);
  // The alternative that the value itself names says best what is wrong.
  const own = fitted.find((each) =>
    each.misfits.every(({ keyword, path: at }) => keyword !== 'enum' || at.at(-1) !== 'type'),
  );
  return { value: some?.value, misfits: (some ?? (type === undefined ? undefined : own) ?? fitted[0])?.misfits ?? [] };
}
