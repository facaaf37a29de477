import { parse } from 'yaml';
import { isObject, type JsonObject, listIn, textIn } from '../json.ts';
import { mapTexts } from '../write-entry.ts';
import type { FoundServer, Path } from './found.ts';
import { readEntry, withoutUndefined } from './read-entry.ts';

/* Files with which a server's author describes how it is started. */

/** MCPB's `manifest.json`: `${user_config.key}` is what a user is asked for; the rest of its variables are places on their machine. */
export function readMcpb(manifest: JsonObject, server: JsonObject): FoundServer[] {
  const options = isObject(manifest['user_config']) ? manifest['user_config'] : {};
  const plain = (text: string): string =>
    text.replaceAll(/\$\{user_config\.([\w-]+)\}/g, (_, key: string) => referenceTo(key, options[key]));
  const launch = isObject(server['mcp_config']) ? (mapTexts(server['mcp_config'], plain) as JsonObject) : {};
  const { platform_overrides: _, ...entry } = launch;
  const name = textIn(manifest['name']) ?? 'server';
  const found = readEntry(name, entry, []);
  const places = found.places
    .filter(([here]) => here[0] !== 'name')
    .map(([here, there]) => [here, inConfig(there)] as const);
  const members = ['command', 'args', 'env', 'url', 'headers', 'transport'].map((each): [Path, Path] => [
    [each],
    inConfig([each]),
  ]);
  const tools = listIn(manifest['tools']).filter(isObject);
  return [
    {
      ...found,
      places: [...members, ...places, [['name'], ['name']]],
      title: textIn(manifest['display_name']),
      description: textIn(manifest['description']),
      version: textIn(manifest['version']),
      tools: tools.length > 0 ? tools.map((tool) => ({ inputSchema: { type: 'object' }, ...tool })) : undefined,
    },
  ];
}

const inConfig = (path: Path): Path => ['server', 'mcp_config', ...path];

function referenceTo(key: string, option: unknown): string {
  const name = key.replaceAll(/\W/g, '_');
  const described = isObject(option) ? option : {};
  const preset = described['default'];
  if (typeof preset === 'string' || typeof preset === 'number' || typeof preset === 'boolean')
    return String(preset).includes('${') ? `\${${name}}` : `\${${name}:-${String(preset)}}`;
  return described['required'] === true ? `\${${name}}` : `\${${name}:-}`;
}

/** `smithery.yaml`: a function of `config` whose result is written out in it. An HTTP server says nothing of how it is started. */
export function readSmithery(file: JsonObject, start: JsonObject): FoundServer[] {
  const { commandFunction: text, configSchema: schema } = start;
  const literal = typeof text === 'string' ? /\{[\s\S]*\}/.exec(text.replace(/^[\s\S]*?=>/, ''))?.[0] : undefined;
  const read = literal === undefined ? undefined : objectIn(literal);
  const required = isObject(schema) ? listIn(schema['required']) : [];
  const properties = isObject(schema) && isObject(schema['properties']) ? schema['properties'] : {};
  const entry = mapTexts(read ?? {}, (word) =>
    word.replace(/^config\.([A-Za-z_]\w*)(?:\s*(?:\|\||\?\?)[\s\S]*)?$/, (_, key: string) =>
      referenceTo(key, { required: required.includes(key), ...(isObject(properties[key]) ? properties[key] : {}) }),
    ),
  ) as JsonObject;
  const at: Path = ['startCommand'];
  const found = readEntry(textIn(file['name']) ?? 'server', entry, at);
  const all = ['command', 'args', 'env', 'url', 'headers'].map((each): [Path, Path] => [[each], ['commandFunction']]);
  return [{ ...found, places: [...all, [['name'], []]] }];
}

/** An object literal of JavaScript, as far as it is a flow mapping of YAML; undefined when it is not. */
function objectIn(literal: string): JsonObject | undefined {
  try {
    const value: unknown = parse(literal, { maxAliasCount: 0 });
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** An entry of Docker's MCP catalog: an image with its secrets and variables, or a remote server. */
export function readDockerCatalog(key: string, entry: unknown, at: Path): FoundServer[] {
  if (!isObject(entry)) return [];
  const about = isObject(entry['about']) ? entry['about'] : entry;
  const config = isObject(entry['config']) ? entry['config'] : entry;
  const said = { title: textIn(about['title']), description: textIn(about['description']) };
  const remote = entry['remote'];
  if (isObject(remote)) {
    const { transport_type: type, ...rest } = remote;
    const found = readEntry(key, withoutUndefined({ ...rest, type }), [...at, 'remote']);
    return [{ ...found, ...said, places: [...found.places, [['transport'], ['transport_type']]] }];
  }
  const variables = [
    ...listIn(config['secrets'])
      .filter(isObject)
      .map((each) => variable(each, true)),
    ...listIn(config['env'])
      .filter(isObject)
      .map((each) => variable(each, false)),
  ];
  const run = isObject(entry['run']) ? entry['run'] : entry;
  const described = withoutUndefined({
    registry_type: 'oci',
    identifier: entry['image'],
    environment_variables: variables.length > 0 ? variables : undefined,
    package_arguments: Array.isArray(run['command']) ? run['command'].map(String) : undefined,
  });
  const member = config === entry ? [] : ['config'];
  const places: [Path, Path][] = [
    [['package'], []],
    [['package', 'identifier'], ['image']],
    [['package', 'package_arguments'], run === entry ? ['command'] : ['run', 'command']],
    [['package', 'environment_variables'], member],
    [['name'], []],
  ];
  return [{ name: key, server: { name: key, package: described }, at, places, ...said }];
}

/** `{{name}}` in a value is a setting of Docker's own; it is asked for. */
function variable(described: JsonObject, isSecret: boolean): JsonObject {
  const name = textIn(described['env']) ?? textIn(described['name']);
  const value = textIn(described['value']);
  const isAsked = value === undefined || value.includes('{{');
  return withoutUndefined({
    name,
    description: described['description'],
    value: isAsked ? undefined : value,
    is_required: isSecret || described['required'] === true,
    is_secret: isSecret,
  });
}
