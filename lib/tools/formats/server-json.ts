import { compact, isObject, type JsonObject } from '../json.ts';

/* The official `server.json`: what its present schema says, and how its older forms become that. */

export const serverSchema = 'https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json';

/** Where a publisher's own members belong in `_meta`. */
export const publisherMeta = 'io.modelcontextprotocol.registry/publisher-provided';

/** Member names of 2025-07 and before, and what they are called now. */
const renamed: Readonly<Record<string, string>> = {
  registry_name: 'registryType',
  registry_type: 'registryType',
  registry_base_url: 'registryBaseUrl',
  file_sha256: 'fileSha256',
  runtime_hint: 'runtimeHint',
  runtime_arguments: 'runtimeArguments',
  package_arguments: 'packageArguments',
  environment_variables: 'environmentVariables',
  is_required: 'isRequired',
  is_secret: 'isSecret',
  is_repeated: 'isRepeated',
  value_hint: 'valueHint',
  website_url: 'websiteUrl',
  transport_type: 'type',
};

/** The description in the form of schema 2025-12-11. One that has that form already comes back equal. */
export function currentServerJson(raw: JsonObject): JsonObject {
  const wrapped = isObject(raw['server']) && raw['name'] === undefined ? raw['server'] : raw;
  const { version_detail: detail, id: _id, ...server } = rename(wrapped) as JsonObject;
  const old = isObject(detail);
  return compact({
    ...server,
    version: old ? detail['version'] : server['version'],
    packages: mapObjects(server['packages'], currentPackage),
    remotes: mapObjects(server['remotes'], currentRemote),
  });
}

function rename(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(rename);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [
      Object.hasOwn(renamed, name) ? renamed[name] : name,
      // The names of variables and of what a publisher adds are nobody else's.
      name === '_meta' ? member : name === 'variables' && isObject(member) ? mapValues(member, rename) : rename(member),
    ]),
  );
}

function currentPackage(raw: JsonObject): JsonObject {
  const { name, ...rest } = raw;
  const named = rest['identifier'] === undefined && typeof name === 'string' ? { ...rest, identifier: name } : raw;
  const oci = ['docker', 'oci'].includes(String(named['registryType']));
  const { version, ...unversioned } = named as JsonObject & { version?: unknown };
  const identifier = String(named['identifier']);
  const tagged = oci && typeof version === 'string' && version !== '' && !/[:@][^/]+$/.test(identifier.slice(1));
  return compact({
    ...(tagged ? { ...unversioned, identifier: `${identifier}:${version}` } : named),
    version: tagged || version === '' ? undefined : version,
    registryType: oci ? 'oci' : named['registryType'],
    transport: named['transport'] ?? { type: 'stdio' },
    runtimeArguments: mapObjects(named['runtimeArguments'], currentArgument),
    packageArguments: mapObjects(named['packageArguments'], currentArgument),
  });
}

/** Old entries say a flag and its value in one text, twice. */
function currentArgument(argument: JsonObject): JsonObject {
  const { type, name, value } = argument;
  if (type === 'positional' && name !== undefined && name === value) {
    const { name: _, ...rest } = argument;
    return rest;
  }
  if (type !== 'named' || typeof name !== 'string' || name !== value) return argument;
  const space = name.indexOf(' ');
  const { value: _, default: _default, ...flag } = argument;
  return space === -1 ? flag : { ...flag, name: name.slice(0, space), value: name.slice(space + 1) };
}

function currentRemote(remote: JsonObject): JsonObject {
  if (remote['type'] !== undefined && remote['type'] !== '') return remote;
  return { ...remote, type: /\/sse\b/.test(String(remote['url'])) ? 'sse' : 'streamable-http' };
}

function mapObjects(list: unknown, change: (member: JsonObject) => JsonObject): unknown {
  return Array.isArray(list) ? list.map((member: unknown) => (isObject(member) ? change(member) : member)) : list;
}

function mapValues(object: JsonObject, change: (value: unknown) => unknown): JsonObject {
  return Object.fromEntries(Object.entries(object).map(([name, value]) => [name, change(value)]));
}
