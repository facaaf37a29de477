import type { Path } from '../../launch/clients/found.ts';
import type { Name } from '../../launch/names.ts';
import { objectsOf, readInput, readTemplate } from '../../launch/read-input.ts';
import { compact, isObject, type JsonObject } from '../json.ts';
import { Version } from '../schema.ts';
import type { DraftTool } from './draft.ts';
import { slugFrom, takeName } from './names.ts';
import { currentServerJson, publisherMeta } from './server-json.ts';

/** Member names of a package, there and here; what is not named keeps its name. */
export const packageNames: readonly (readonly [there: string, here: string])[] = [
  ['registryType', 'registry_type'],
  ['registryBaseUrl', 'registry_base_url'],
  ['fileSha256', 'file_sha256'],
  ['runtimeHint', 'runtime_hint'],
  ['runtimeArguments', 'runtime_arguments'],
  ['packageArguments', 'package_arguments'],
  ['environmentVariables', 'environment_variables'],
];

/** Package registries that a configuration can name. */
const runnable = new Set(['npm', 'pypi', 'oci']);

interface Found {
  readonly server: JsonObject;
  /** Where it stands in the description. */
  readonly origin: Path;
  readonly headers: readonly string[];
}

/** One tool from a `server.json`: a server for each of its packages and remotes. The whole description is kept beside them. */
export function readServerJson(raw: JsonObject, at: readonly string[] = ['server_json']): DraftTool {
  const description = currentServerJson(raw);
  const name = text(description['name']);
  const slug = slugFrom(name.split('/').at(-1) ?? '');
  const taken = new Set<string>();
  const found: Found[] = [
    ...objectsIn(description['packages']).flatMap(([entry, index]) =>
      runnable.has(text(entry['registryType']))
        ? [{ server: readPackage(entry), origin: ['packages', index], headers: [] }]
        : [],
    ),
    ...objectsIn(description['remotes']).map(([entry, index]) => ({
      server: readRemote(entry),
      origin: ['remotes', index],
      headers: objectsIn(entry['headers']).map(([header]) => text(header['name'])),
    })),
    ...ownServers(description).map(([server, own]) => ({
      server,
      origin: ['_meta', publisherMeta, 'mcp_platform', 'servers', own],
      headers: [],
    })),
  ];
  const { tools, prompts, resources } = ownPart(description);
  return {
    name: text(description['title']) || name,
    slug,
    description: text(description['description']),
    version: semanticVersion(text(description['version'])),
    config: compact({
      servers: found.map(({ server }) => ({ ...server, name: takeName(text(server['name']) || slug, taken) })),
      tools,
      prompts,
      resources,
      server_json: description,
    }),
    placeIn: (path) => [...at, ...placeWithin(found, path)],
  };
}

function placeWithin(found: readonly Found[], [part = '', index, ...rest]: Path): Path {
  if (part === 'server_json') return index === undefined ? [] : [index, ...rest];
  if (part === 'tools' || part === 'prompts' || part === 'resources')
    return ['_meta', publisherMeta, 'mcp_platform', part, ...(index === undefined ? [] : [index, ...rest])];
  const server = part === 'servers' ? found[Number(index)] : undefined;
  if (!server) return part === 'servers' ? [] : [part];
  const { origin, headers } = server;
  const [member, name, ...more] = rest;
  if (member === 'package') return [...origin, ...rest.slice(1)];
  if (origin[0] !== 'remotes') return [...origin, ...rest];
  if (member === 'transport') return [...origin, 'type'];
  const header = member === 'headers' ? headers.indexOf(String(name)) : -1;
  return header === -1 ? [...origin, ...rest] : [...origin, 'headers', header, 'value', ...more];
}

/** What this platform adds to the description of a tool that it exports. */
function ownPart(description: JsonObject): JsonObject {
  const meta = isObject(description['_meta']) ? description['_meta'][publisherMeta] : undefined;
  const own = isObject(meta) ? meta['mcp_platform'] : undefined;
  return isObject(own) ? own : {};
}

function ownServers(description: JsonObject): [server: JsonObject, index: number][] {
  return objectsIn(ownPart(description)['servers']);
}

function objectsIn(list: unknown): [entry: JsonObject, index: number][] {
  if (!Array.isArray(list)) return [];
  return list.flatMap((entry: unknown, index): [JsonObject, number][] => (isObject(entry) ? [[entry, index]] : []));
}

function readPackage(entry: JsonObject): JsonObject {
  const here = new Map(packageNames);
  return { package: Object.fromEntries(Object.entries(entry).map(([name, value]) => [here.get(name) ?? name, value])) };
}

function readRemote({ type, url, headers, ...rest }: JsonObject): JsonObject {
  const names: Name[] = [];
  const { text: address } = readTemplate(text(url), objectsOf(rest['variables']), names);
  const read = objectsIn(headers).map(([input]) => {
    const name = text(input['name']);
    return [name, readInput(input, name, names).text] as const;
  });
  return compact({
    url: address,
    transport: type,
    headers: Array.isArray(headers) ? Object.fromEntries(read) : undefined,
    ...rest,
  });
}

/** The version when it is semantic, else the numbers that it begins with. */
function semanticVersion(version: string): string {
  if (Version.safeParse(version).success) return version;
  const numbers = version.match(/\d+/g)?.slice(0, 3).map(Number) ?? [];
  const made = [0, 1, 2].map((index) => numbers[index] ?? 0).join('.');
  return numbers.length > 0 && Version.safeParse(made).success ? made : '1.0.0';
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
