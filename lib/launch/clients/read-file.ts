import { isObject, type JsonObject, listIn, textIn } from '../json.ts';
import { mapTexts } from '../write-entry.ts';
import { readCodex, readContinue, readGoose } from './dialects.ts';
import type { FoundServer, Path } from './found.ts';
import { readDockerCatalog, readMcpb, readSmithery } from './packages.ts';
import { entriesIn, readEntry } from './read-entry.ts';

export interface FoundFile {
  readonly servers: readonly FoundServer[];
  /** Members at the top of the file that describe no server; an import says that it leaves them. */
  readonly left: readonly Path[];
}

/** What stands at the top of a file, and how the servers in it are read. */
const readers: readonly (readonly [
  member: string,
  read: (value: unknown, at: Path, file: JsonObject) => FoundServer[],
])[] = [
  ['mcpServers', readServers],
  ['servers', readServers],
  ['context_servers', readServers],
  ['mcp_servers', (value, at) => entriesIn(value, at).map(([name, entry, place]) => readCodex(name, entry, place))],
  ['extensions', (value, at) => entriesIn(value, at).flatMap(([name, entry, place]) => readGoose(name, entry, place))],
  ['mcp', readMcp],
  ['projects', readProjects],
  [
    'registry',
    (value, at) => entriesIn(value, at).flatMap(([name, entry, place]) => readDockerCatalog(name, entry, place)),
  ],
];

/** What belongs to the servers of a file and is read with them. */
const companions = new Set(['inputs', '$schema', 'version', 'name', 'description']);

/** The servers in the file of an MCP client or of a package, by its shape. */
export function readFile(file: JsonObject): FoundFile {
  const found = readers.flatMap(([member, read]) => {
    const servers = file[member] === undefined ? [] : read(file[member], [member], file);
    return servers.length > 0 ? [{ member, servers }] : [];
  });
  if (found.length > 0) {
    const used = new Set(found.map(({ member }) => member));
    const left = Object.keys(file).filter((member) => !used.has(member) && !companions.has(member));
    return { servers: found.flatMap(({ servers }) => servers), left: left.map((member) => [member]) };
  }
  return { servers: readSingle(file), left: [] };
}

function readServers(value: unknown, at: Path, file: JsonObject): FoundServer[] {
  const inputs = listIn(file['inputs']).filter(isObject);
  const version = textIn(file['version']);
  const isContinue = at[0] === 'mcpServers' && Array.isArray(value);
  return entriesIn(value, at).map(([name, entry, place]) => {
    if (isContinue) return readContinue(name, entry, place);
    const found = readEntry(name, entry, place, inputs);
    // A gemini-extension.json has the version of what it extends.
    return typeof file['name'] === 'string' && version !== undefined ? { ...found, version } : found;
  });
}

/** `mcp.servers` of VS Code's settings, or the servers themselves (opencode), which write variables as `{env:NAME}`. */
function readMcp(value: unknown, at: Path): FoundServer[] {
  if (!isObject(value)) return [];
  if (isObject(value['servers']) && value['servers']['command'] === undefined)
    return readServers(value['servers'], [...at, 'servers'], value);
  return entriesIn(value, at)
    .filter(([, entry]) => isObject(entry))
    .map(([name, entry, place]) => readEntry(name, mapTexts(withoutKind(entry), withPlainVariables), place));
}

/** opencode's types say no more than whether there is a command or a URL. */
function withoutKind(entry: unknown): unknown {
  if (!isObject(entry) || !/^(?:local|remote)$/.test(String(entry['type']))) return entry;
  const { type: _, ...rest } = entry;
  return rest;
}

function withPlainVariables(text: string): string {
  return text.replaceAll(/\{env:([A-Za-z_]\w*)\}/g, (whole, name: string, index: number) =>
    text[index - 1] === '$' ? whole : `\${${name}}`,
  );
}

/** `~/.claude.json` of Claude Code has the servers of each project. */
function readProjects(value: unknown, at: Path): FoundServer[] {
  return entriesIn(value, at).flatMap(([, project, place]) =>
    isObject(project) && isObject(project['mcpServers'])
      ? readServers(project['mcpServers'], [...place, 'mcpServers'], {})
      : [],
  );
}

/** A file that describes one server, or that is nothing but a map of servers. */
function readSingle(file: JsonObject): FoundServer[] {
  if (isObject(file['startCommand'])) return readSmithery(file, file['startCommand']);
  if (isObject(file['server']) && (file['manifest_version'] ?? file['dxt_version']) !== undefined)
    return readMcpb(file, file['server']);
  if (typeof file['image'] === 'string' || isObject(file['remote']))
    return readDockerCatalog(textIn(file['name']) ?? 'server', file, []);
  if (isServer(file)) return [readEntry(textIn(file['name']) ?? 'server', file, [])];
  const entries = Object.entries(file);
  return entries.length > 0 && entries.every(([, entry]) => isServer(entry))
    ? entries.map(([name, entry]) => readEntry(name, entry, [name]))
    : [];
}

function isServer(entry: unknown): boolean {
  return isObject(entry) && ['command', 'url', 'serverUrl', 'httpUrl'].some((member) => entry[member] !== undefined);
}
