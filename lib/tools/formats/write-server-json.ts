import { isDeepStrictEqual } from 'node:util';
import { isRemote, isStdio, type PackageServer, type RemoteServer, type Server, type StdioServer } from '../config.ts';
import { compact, isObject, type JsonObject } from '../json.ts';
import type { ToolSummary } from '../ports.ts';
import type { ToolConfig } from '../config.ts';
import { readCommand } from '../../launch/read-command.ts';
import { keyOf, readLaunch } from '../../launch/read-launch.ts';
import { type Reference, referencesIn, replaceReferences } from '../../launch/references.ts';
import { packageNames, readServerJson } from './read-server-json.ts';
import { publisherMeta, serverSchema } from './server-json.ts';

type Described = Pick<ToolSummary, 'slug' | 'name' | 'description' | 'version'> & { readonly config: ToolConfig };

const nameShape = /^[a-zA-Z0-9.-]+\/[a-zA-Z0-9._-]+$/;

/** The name that a tool has in a registry: the one that it came with, or its slug under the host that serves it. */
function registryNameOf({ slug, config }: Pick<Described, 'slug' | 'config'>, baseUrl: string): string {
  const own = config.server_json?.['name'];
  return typeof own === 'string' && nameShape.test(own) && own.length <= 200 ? own : localName(slug, baseUrl);
}

export function localName(slug: string, baseUrl: string): string {
  return `${new URL(baseUrl).hostname.split('.').toReversed().join('.')}/${slug.slice(0, 120)}`;
}

/**
 * A tool as `server.json` (schema 2025-12-11). What came from one and is unchanged goes out as it came; what the format has no place for stands in `_meta`
 * under this platform's name, so that an import finds it again.
 */
export function writeServerJson(tool: Described, baseUrl: string): JsonObject {
  const base = tool.config.server_json ?? {};
  const sent = partsOf(base);
  const written = tool.config.servers.map((server) => write(server, sent));
  const foreign = sent.filter(({ server }) => server === undefined);
  const of = (part: Part): unknown[] | undefined => {
    const entries = [...written, ...foreign].filter((entry) => entry.part === part).map(({ entry }) => entry);
    return entries.length > 0 ? entries : undefined;
  };
  return compact({
    ...head(tool, base, baseUrl),
    packages: of('packages'),
    remotes: of('remotes'),
    _meta: metaOf(tool, base, of('own')),
  });
}

/** The same server, reached through this platform. */
export function writePlatformServerJson(tool: Described, baseUrl: string, url: string): JsonObject {
  const { packages: _, ...base } = tool.config.server_json ?? {};
  const header = {
    name: 'Authorization',
    description: 'Bearer and an API key of the platform',
    isRequired: true,
    isSecret: true,
  };
  return { ...head(tool, base, baseUrl), remotes: [{ type: 'streamable-http', url, headers: [header] }] };
}

function head({ slug, name, description, version, config }: Described, base: JsonObject, baseUrl: string): JsonObject {
  const title = typeof base['title'] === 'string' || name !== base['name'] ? name.slice(0, 100) : undefined;
  const came = readServerJson(base);
  return {
    ...base,
    $schema: serverSchema,
    name: registryNameOf({ slug, config }, baseUrl),
    ...(title !== undefined && { title }),
    description: came.description === description && description !== '' ? description : shortened(description || name),
    // A version that is not semantic is kept by the description it came with, as long as nobody raised it here.
    version: typeof base['version'] === 'string' && came.version === version ? base['version'] : version,
  };
}

function shortened(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ').trim();
  return line.length <= 100 ? line : `${line.slice(0, 99)}…`;
}

type Part = 'packages' | 'remotes' | 'own';

interface Sent {
  readonly part: Part;
  readonly entry: unknown;
  /** As this platform reads it; undefined when it cannot. */
  readonly server: unknown;
}

function partsOf(base: JsonObject): Sent[] {
  const { config, placeIn } = readServerJson(base, []);
  const places = config.servers.map((_, index) => placeIn(['servers', index]).join(' '));
  return (['packages', 'remotes'] as const).flatMap((part) => {
    const entries = Array.isArray(base[part]) ? base[part] : [];
    return entries.map((entry: unknown, index) => {
      return { part, entry, server: config.servers[places.indexOf(`${part} ${index}`)] };
    });
  });
}

function write(server: Server, sent: readonly Sent[]): { part: Part; entry: unknown } {
  const same = sent.find((each) => isDeepStrictEqual(each.server, server));
  if (same) return same;
  if (isStdio(server)) return writeStdio(server);
  return isRemote(server)
    ? { part: 'remotes', entry: writeRemote(server) }
    : { part: 'packages', entry: writePackage(server) };
}

function writePackage({ package: of }: PackageServer): JsonObject {
  const there = new Map(packageNames.map(([name, here]) => [here, name]));
  const entry = Object.fromEntries(Object.entries(of).map(([name, value]) => [there.get(name) ?? name, value]));
  return { ...entry, transport: entry['transport'] ?? { type: 'stdio' } };
}

function writeRemote(server: RemoteServer): JsonObject {
  const { name: _, url, transport, headers, inputs: _inputs, spelling: _spelling, ...rest } = server;
  const names = namesOf(server);
  const variables = variablesOf(url, names);
  return compact({
    type: transport ?? 'streamable-http',
    url: templated(url, names),
    headers: headers && Object.entries(headers).map(([name, value]) => writeInput(name, value, names)),
    ...(Object.keys(variables).length > 0 && { variables }),
    ...rest,
  });
}

type Names = ReadonlyMap<string, string>;

function namesOf(server: Server): Names {
  return new Map(readLaunch(server).inputs.map(({ key, name }) => [key, name]));
}

function nameIn(names: Names, reference: Reference): string {
  return names.get(keyOf(reference)) ?? reference.label;
}

/** `${name}` here is `{name}` there. */
function templated(text: string, names: Names): string {
  return replaceReferences(text, (reference) => `{${nameIn(names, reference)}}`);
}

function variablesOf(text: string, names: Names): JsonObject {
  const variables = referencesIn(text).map((reference) => [
    nameIn(names, reference),
    compact({ isRequired: reference.otherwise === undefined, default: reference.otherwise }),
  ]);
  return Object.fromEntries(variables) as JsonObject;
}

/** A text with variables, as an input that says which they are. */
function writeInput(name: string, value: string, names: Names): JsonObject {
  const variables = variablesOf(value, names);
  if (Object.keys(variables).length === 0) return { name, value };
  return { name, value: templated(value, names), isSecret: true, variables };
}

/** `npx -y name@version …` and `uvx name …` are packages; any other command has no place in the format. */
function writeStdio(server: StdioServer): { part: Part; entry: JsonObject } {
  const { name: _, command, args = [], env, inputs: _inputs, ...rest } = server;
  const call = readCommand(command, args);
  const plain = command === 'npx' ? ['-y'] : command === 'uvx' ? [] : undefined;
  if (!call || !plain || !isDeepStrictEqual([...plain, call.spec, ...call.args], args))
    return { part: 'own', entry: server };
  const { type: registryType, identifier, version } = call.package;
  const isPublished = /^(?:@[\w.~-]+\/)?[\w~][\w.~-]*$/.test(identifier) && /^\d[\w.+-]*$/.test(version ?? '0');
  if (!isPublished || Object.keys(rest).some((name) => name !== 'type')) return { part: 'own', entry: server };
  const names = namesOf(server);
  return {
    part: 'packages',
    entry: compact({
      registryType,
      identifier,
      version,
      runtimeHint: command,
      ...(plain.length > 0 && { runtimeArguments: plain.map((value) => ({ type: 'positional', value })) }),
      transport: { type: 'stdio' },
      packageArguments: call.args.length > 0 ? call.args.map((value) => positional(value, names)) : undefined,
      environmentVariables: env && Object.entries(env).map(([name, value]) => writeInput(name, value, names)),
    }),
  };
}

function positional(value: string, names: Names): JsonObject {
  const { name: _, isSecret: _secret, ...input } = writeInput('', value, names);
  return { type: 'positional', ...input };
}

function metaOf({ config }: Described, base: JsonObject, servers: unknown[] | undefined): JsonObject | undefined {
  const meta = isObject(base['_meta']) ? base['_meta'] : {};
  const { mcp_platform: _, ...publisher } = isObject(meta[publisherMeta]) ? meta[publisherMeta] : {};
  const own = compact({ servers, tools: config.tools, prompts: config.prompts, resources: config.resources });
  const provided = { ...publisher, ...(Object.keys(own).length > 0 && { mcp_platform: own }) };
  const all = { ...meta, ...(Object.keys(provided).length > 0 && { [publisherMeta]: provided }) };
  return Object.keys(all).length > 0 ? all : undefined;
}
