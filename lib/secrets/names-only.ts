import { plainName } from './secret-names.ts';

type Json = Readonly<Record<string, unknown>>;

/** Members that map the names of variables or headers to values, or list them with `name` and `value`. */
const valued = /^(env|environment|env_?vars|environment_?variables|headers|http_?headers)$/i;
const withDefault = /\$\{([A-Za-z_]\w*):-[^{}]*\}/g;
const onlyReferences = /^(?:(?:Bearer|Basic|Token|ApiKey|Api-Key|Key|Bot)\s+)?(?:\$\{[A-Za-z_]\w*\}|\{[\w.-]+\})?$/i;

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
  const plain = value.replaceAll(withDefault, '${$1}');
  if (onlyReferences.test(plain)) return plain;
  const variable = /^[A-Za-z_]\w*$/.test(name)
    ? name
    : plainName(name)
        .toUpperCase()
        .replace(/^(\d|$)/, '_$1');
  return `\${${variable}}`;
}

/** A described input keeps its default, which is there to be read, and loses its fixed value. */
function withoutValue({ value, ...input }: Json): Json {
  const isReference = typeof value === 'string' && onlyReferences.test(value.replaceAll(withDefault, '${$1}'));
  return isReference ? { ...input, value: value.replaceAll(withDefault, '${$1}') } : input;
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
