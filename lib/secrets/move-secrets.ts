import { type Literal, literalsIn, plainName } from './literal.ts';

export interface MovedSecret {
  /** Within the configuration. */
  readonly path: readonly (string | number)[];
  /** What `${name}` stands there now. */
  readonly name: string;
}

export interface Moved<T> {
  readonly config: T;
  readonly moved: readonly MovedSecret[];
  /** The values by name, to be sealed at once. */
  readonly values: Readonly<Record<string, string>>;
}

type Json = Readonly<Record<string, unknown>>;
/** Where a text stands: its path, and the name of the variable, header or flag that it is the value of. */
interface Place {
  readonly path: readonly (string | number)[];
  readonly name: string | undefined;
}

const withDefault = /\$\{([A-Za-z_]\w*):-([^{}]+)\}/g;

/** Parts of a configuration that launch something or say how it is reached. */
const launching = ['servers', 'server_json'] as const;
/** Names of things, not values of anything. */
const notValues = new Set([
  'name',
  'command',
  'description',
  'identifier',
  'version',
  'title',
  'registry_type',
  'registryType',
  'runtime_hint',
  '$schema',
]);

/**
 * The configuration with `${NAME}` in the place of every literal that looks like a secret. Names follow the place; one that the configuration
 * uses already for something else gets a number.
 */
export function moveSecrets<T extends Json>(config: T): Moved<T> {
  const taken = new Set(referencesIn(config));
  const byValue = new Map<string, string>();
  const moved: MovedSecret[] = [];

  const nameFor = ({ value, name, isNamed }: Literal, place: Place): string => {
    const known = byValue.get(value);
    if (known !== undefined) return known;
    const own = (isNamed ? name : place.name) ?? name ?? '';
    const wanted = (plainName(own) || 'secret').toUpperCase().replace(/^(\d)/, '_$1').slice(0, 100);
    let chosen = wanted;
    for (let number = 2; taken.has(chosen); number += 1) chosen = `${wanted}_${number}`;
    taken.add(chosen);
    byValue.set(value, chosen);
    return chosen;
  };
  const nameIn = (literal: Literal, place: Place): string => {
    const name = nameFor(literal, place);
    moved.push({ path: place.path, name });
    return name;
  };
  const replaced = (text: string, place: Place): string => {
    // A secret that is given as what a variable is otherwise becomes the variable's value.
    const plain = text.replace(withDefault, (whole, name: string, otherwise: string) => {
      const secret = literalsIn(otherwise, name).length > 0;
      return secret ? `\${${nameIn({ value: otherwise, name }, { ...place, name })}}` : whole;
    });
    return literalsIn(plain, place.name).reduce(
      (rest, literal) =>
        rest.includes(literal.value) ? rest.replaceAll(literal.value, `\${${nameIn(literal, place)}}`) : rest,
      plain,
    );
  };
  /** `--api-key=…`, `API_KEY=…` and `Authorization: …` name the rest of themselves. */
  const assigned = (text: string, place: Place): string => {
    const [, head = '', name = '', rest = ''] = /^((-{0,2}[A-Za-z][\w.-]*)(?:=|:\s+))([\s\S]+)$/.exec(text) ?? [];
    return name === '' ? replaced(text, place) : head + replaced(rest, { ...place, name });
  };

  const walk = (value: unknown, place: Place): unknown => {
    if (typeof value === 'string') return replaced(value, place);
    if (Array.isArray(value)) {
      return value.map((item: unknown, index) => {
        const at = inList(value, index, place);
        return typeof item === 'string' ? assigned(item, at) : walk(item, at);
      });
    }
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, member]) => [
        key,
        skips(key, member) ? member : walk(member, inObject(value as Json, key, place)),
      ]),
    );
  };
  const parts = launching.filter((part) => config[part] !== undefined);
  const changed = Object.fromEntries(
    parts.map((part) => [part, walk(config[part], { path: [part], name: undefined })]),
  );
  const values = Object.fromEntries([...byValue].map(([value, name]) => [name, value]));
  return { config: moved.length === 0 ? config : { ...config, ...changed }, moved, values };
}

function skips(key: string, member: unknown): boolean {
  return typeof member === 'string' && notValues.has(key);
}

/** A member is named by its key; `value` and `default` by the `name` beside them, as in a registry's `server.json`. */
function inObject(owner: Json, key: string, { path }: Place): Place {
  const named = key === 'value' || key === 'default' ? owner['name'] : key;
  return { path: [...path, key], name: typeof named === 'string' ? named : undefined };
}

/** An argument belongs to the flag before it. */
function inList(list: readonly unknown[], index: number, { path }: Place): Place {
  const before = list[index - 1];
  const flag = typeof before === 'string' && /^-{1,2}[A-Za-z][\w.-]*$/.test(before) ? before : undefined;
  return { path: [...path, index], name: flag };
}

function referencesIn(config: Json): string[] {
  return [...JSON.stringify(config).matchAll(/\$\{(\w+)[:}]/g)].map(([, name = '']) => name);
}
