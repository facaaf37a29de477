import { type Reference, replaceReferences } from '../launch/references.ts';
import { plainName } from './secret-names.ts';

type Json = Readonly<Record<string, unknown>>;

/** Members that map the names of variables or headers to values, or list them with `name` and `value`. */
const valued = /^(env|environment|env_?vars|environment_?variables|headers|http_?headers)$/i;
const authScheme = /^(?:Bearer|Basic|Token|ApiKey|Api-Key|Key|Bot)\s+/i;

/**
 * The configuration as everybody else may see it: of variables and headers the names alone. `${NAME}` stands for a literal value, so that what is
 * shown can still be used by whoever gives values of their own; a reference stays, without what it is otherwise.
 */
export function namesOnly<T>(config: T): T {
  return walk(config) as T;
}

function walk(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(walk);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [key, valued.test(key) ? withoutValues(member) : walk(member)]),
  );
}

function withoutValues(values: unknown): unknown {
  if (Array.isArray(values)) return values.map((each: unknown) => (isObject(each) ? withoutValue(each) : each));
  if (!isObject(values)) return values;
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, nameOnly(name, value)]));
}

function nameOnly(name: string, value: unknown): unknown {
  if (typeof value !== 'string') return walk(value);
  if (isOnlyReferences(value)) return replaceReferences(value, withoutDefault);
  const variable = /^[A-Za-z_]\w*$/.test(name)
    ? name
    : plainName(name)
        .toUpperCase()
        .replace(/^(\d|$)/, '_$1');
  return `\${${variable}}`;
}

/** A described input keeps its default, which is there to be read, and loses its fixed value. */
function withoutValue({ value, ...input }: Json): Json {
  if (typeof value !== 'string' || !isOnlyReferences(value)) return input;
  return { ...input, value: replaceReferences(value, withoutDefault) };
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Nothing of the text is a literal value, but for the word of an authentication scheme. `{name}` is a variable of a `server.json`. */
function isOnlyReferences(text: string): boolean {
  return replaceReferences(text.replace(authScheme, ''), () => '').replaceAll(/\{[\w.-]+\}/g, '') === '';
}

function withoutDefault({ raw, otherwise }: Reference): string {
  return otherwise === undefined ? raw : `${raw.slice(0, raw.length - otherwise.length - 3)}}`;
}
