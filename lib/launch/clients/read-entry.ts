import { isObject, type JsonObject, listIn, textIn } from '../json.ts';
import type { Spelling } from '../write-entry.ts';
import type { FoundServer, Path } from './found.ts';

/** Spellings of `type` and `transport`. */
const transports: Readonly<Record<string, string>> = {
  http: 'streamable-http',
  'streamable-http': 'streamable-http',
  streamablehttp: 'streamable-http',
  streamable_http: 'streamable-http',
  sse: 'sse',
};
const stdio = /^(?:stdio|local)$/i;

/**
 * An entry of the form `{command, args, env}` or `{url, headers}`, in every spelling that clients have. What it does not know is kept as it is; a type that nobody
 * has is kept too, for the check of the configuration to refuse.
 */
export function readEntry(name: string, given: unknown, at: Path, inputs: readonly JsonObject[] = []): FoundServer {
  const entry = isObject(given) ? given : {};
  const text = JSON.stringify(entry);
  const used = inputs.filter(({ id }) => text.includes(`\${input:${String(id)}}`));
  const places: [Path, Path][] = [];
  const address = ['url', 'serverUrl', 'httpUrl', 'uri'].find((member) => entry[member] !== undefined);
  const isRemote = address !== undefined && entry['command'] === undefined && entry['cmd'] === undefined;
  const read = isRemote ? readRemote(entry, address, places) : readCommand(entry, places);
  return {
    name,
    server: withoutUndefined({ ...read, name, inputs: used.length > 0 ? used : entry['inputs'] }),
    at,
    places: [...places, [['name'], []], [['inputs'], []]],
    description: textIn(entry['description']),
  };
}

function readRemote(entry: JsonObject, address: string, places: [Path, Path][]): JsonObject {
  const { [address]: url, type, transport, headers, env, ...rest } = entry;
  const said = type ?? transport;
  const known = typeof said === 'string' ? transports[said.toLowerCase()] : undefined;
  const kind = said === undefined ? (address === 'httpUrl' ? 'streamable-http' : undefined) : (known ?? said);
  places.push(
    [['url'], [address]],
    [['transport'], [type === undefined ? (transport === undefined ? address : 'transport') : 'type']],
  );
  return {
    ...rest,
    url,
    transport: kind,
    headers: texts(headers),
    env: texts(env),
    spelling: spellingOf(address, type, said, kind),
  };
}

/** What the writer would spell otherwise. */
function spellingOf(address: string, type: unknown, said: unknown, kind: unknown): Spelling | undefined {
  const usual = kind === 'sse' ? 'sse' : 'http';
  const spelling = {
    ...(address !== 'url' && { url: address }),
    ...(said === undefined ? { type: null } : typeof type === 'string' && type !== usual && { type }),
  };
  return Object.keys(spelling).length > 0 ? spelling : undefined;
}

function readCommand(entry: JsonObject, places: [Path, Path][]): JsonObject {
  const { type, transport, cmd, envs, environment, command: given, args, env, ...rest } = entry;
  const said = type ?? transport;
  if (cmd !== undefined) places.push([['command'], ['cmd']]);
  const variables = isObject(given) ? given['env'] : (env ?? envs ?? environment);
  const member = env === undefined ? (envs === undefined ? 'environment' : 'envs') : 'env';
  if (variables !== undefined && member !== 'env') places.push([['env'], [member]]);
  const words = commandWords(cmd ?? given, args, places);
  // A command says by itself that it speaks over stdio.
  const other = typeof said === 'string' && !stdio.test(said) ? { transport: said } : {};
  if (other.transport !== undefined) places.push([['transport'], [type === undefined ? 'transport' : 'type']]);
  return { ...rest, type: said === 'stdio' ? said : undefined, ...other, ...words, env: texts(variables) };
}

/** One text, `{path, args}` (Zed), or a list of command and arguments (opencode). */
function commandWords(given: unknown, args: unknown, places: [Path, Path][]): JsonObject {
  if (isObject(given)) {
    places.push([['command'], ['command', 'path']], [['args'], ['command', 'args']], [['env'], ['command', 'env']]);
    return { command: given['path'], args: words(given['args']) };
  }
  if (!Array.isArray(given)) return { command: given, args: words(args) };
  const [command, ...rest] = given as unknown[];
  places.push([['command'], ['command', 0]], [['args'], ['command']]);
  for (const index of rest.keys())
    places.push([
      ['args', index],
      ['command', index + 1],
    ]);
  return { command, args: rest.length > 0 ? words(rest) : undefined };
}

/** People write numbers and switches where a text belongs. */
function textOf(value: unknown): unknown {
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : value;
}

function words(args: unknown): unknown {
  return Array.isArray(args) ? args.map(textOf) : args;
}

function texts(values: unknown): unknown {
  if (!isObject(values)) return values ?? undefined;
  const given = Object.entries(values).filter(([, value]) => value !== null);
  return Object.fromEntries(given.map(([name, value]) => [name, textOf(value)]));
}

export function withoutUndefined(object: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined));
}

/** Entries of a map, or of a list whose members have names. */
export function entriesIn(value: unknown, at: Path): [name: string, entry: unknown, at: Path][] {
  if (isObject(value)) return Object.entries(value).map(([name, entry]) => [name, entry, [...at, name]]);
  return listIn(value).map((entry, index) => {
    const name = isObject(entry) ? textIn(entry['name']) : undefined;
    return [name ?? `server-${index + 1}`, entry, [...at, index]];
  });
}
