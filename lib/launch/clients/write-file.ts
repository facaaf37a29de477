import { isObject, type JsonObject, listIn } from '../json.ts';
import type { ServerEntry } from '../model.ts';
import { writeEntry } from '../write-entry.ts';
import { asEnvironment, asPlaceholder, isRemote, mapped, type Variable } from './map-servers.ts';
import { writeCodex, writeGoose } from './write-named-variables.ts';
import { writeVscode } from './write-vscode.ts';

/** A client for whose file a server can be written. */
export interface Client {
  readonly format: string;
  readonly title: string;
  /** Where the client looks for it. */
  readonly path: string;
  readonly syntax: 'json' | 'yaml' | 'toml';
  readonly write: (servers: readonly ServerEntry[]) => JsonObject;
}

/** `type` only where a client could not know the transport by itself. */
const bySseAlone = ({ type, ...entry }: JsonObject): JsonObject => (type === 'sse' ? { type, ...entry } : entry);

function inMcpServers(
  write: (entry: JsonObject) => JsonObject,
  variable: Variable,
  keepsDefaults = false,
): Client['write'] {
  return (servers) => ({ mcpServers: mapped(servers, write, variable, keepsDefaults) });
}

/** Starts commands alone: a remote server is reached by mcp-remote. */
function writeClaudeDesktop(entry: JsonObject): JsonObject {
  if (!isRemote(entry)) return entry;
  const { type, url, headers, ...rest } = entry;
  const flags = Object.entries(isObject(headers) ? headers : {}).flatMap(([name, value]) => [
    '--header',
    `${name}:${String(value)}`,
  ]);
  const transport = type === 'sse' ? ['--transport', 'sse-only'] : [];
  return { command: 'npx', args: ['-y', 'mcp-remote', url, ...transport, ...flags], ...rest };
}

const renamed =
  (member: string, name: string) =>
  (entry: JsonObject): JsonObject => {
    const { [member]: value, ...rest } = entry;
    return value === undefined ? entry : { [name]: value, ...rest };
  };

function writeOpencode(entry: JsonObject): JsonObject {
  if (isRemote(entry)) {
    const { type, ...rest } = entry;
    return { type: 'remote', ...rest, transport: type === 'sse' ? 'sse' : undefined };
  }
  const { type: _, command, args, env, ...rest } = entry;
  return { type: 'local', command: [command, ...listIn(args)], environment: env, ...rest };
}

function writeContinue(servers: readonly ServerEntry[]): JsonObject {
  const entries = mapped(
    servers,
    ({ headers, type, requestOptions, ...entry }) => ({
      type: isRemote(entry) ? (type === 'sse' ? 'sse' : 'streamable-http') : 'stdio',
      ...entry,
      requestOptions:
        headers === undefined ? requestOptions : { ...(isObject(requestOptions) ? requestOptions : {}), headers },
    }),
    (name) => `\${{ secrets.${name} }}`,
  );
  const mcpServers = Object.entries(entries).map(([name, entry]) => ({ name, ...(entry as JsonObject) }));
  return { name: 'MCP servers', version: '1.0.0', schema: 'v1', mcpServers };
}

/** As the file that a server came in spelled it; else with `type`, as Claude Code has it. */
export function writeMcpServers(servers: readonly ServerEntry[]): JsonObject {
  return { mcpServers: Object.fromEntries(servers.map((server) => [String(server['name']), writeEntry(server)])) };
}

const withType =
  (http: string) =>
  (entry: JsonObject): JsonObject =>
    isRemote(entry) ? { ...entry, type: entry['type'] === 'sse' ? 'sse' : http } : entry;

export const clients: readonly Client[] = [
  {
    format: 'mcp.json',
    title: 'Any client with mcpServers, as it came',
    path: '.mcp.json',
    syntax: 'json',
    write: writeMcpServers,
  },
  {
    format: 'claude-code',
    title: 'Claude Code',
    path: '.mcp.json',
    syntax: 'json',
    write: inMcpServers((entry) => entry, asPlaceholder, true),
  },
  {
    format: 'claude-desktop',
    title: 'Claude Desktop',
    path: 'claude_desktop_config.json',
    syntax: 'json',
    write: inMcpServers(writeClaudeDesktop, asPlaceholder),
  },
  {
    format: 'cursor',
    title: 'Cursor',
    path: '.cursor/mcp.json',
    syntax: 'json',
    write: inMcpServers(bySseAlone, asEnvironment),
  },
  { format: 'vscode', title: 'VS Code', path: '.vscode/mcp.json', syntax: 'json', write: writeVscode },
  {
    format: 'windsurf',
    title: 'Windsurf',
    path: '~/.codeium/windsurf/mcp_config.json',
    syntax: 'json',
    write: inMcpServers((entry) => renamed('url', 'serverUrl')(bySseAlone(entry)), asEnvironment),
  },
  {
    format: 'gemini',
    title: 'Gemini CLI',
    path: '~/.gemini/settings.json',
    syntax: 'json',
    write: inMcpServers(
      (entry) => (entry['type'] === 'sse' ? entry : renamed('url', 'httpUrl')(bySseAlone(entry))),
      asPlaceholder,
      true,
    ),
  },
  {
    format: 'cline',
    title: 'Cline',
    path: 'cline_mcp_settings.json',
    syntax: 'json',
    write: inMcpServers(withType('streamableHttp'), asPlaceholder),
  },
  {
    format: 'roo',
    title: 'Roo Code',
    path: '.roo/mcp.json',
    syntax: 'json',
    write: inMcpServers(withType('streamable-http'), asEnvironment),
  },
  {
    format: 'lm-studio',
    title: 'LM Studio',
    path: '~/.lmstudio/mcp.json',
    syntax: 'json',
    write: inMcpServers(bySseAlone, asPlaceholder),
  },
  {
    format: 'zed',
    title: 'Zed',
    path: '~/.config/zed/settings.json',
    syntax: 'json',
    write: (servers) => ({ context_servers: mapped(servers, bySseAlone, asPlaceholder) }),
  },
  {
    format: 'opencode',
    title: 'opencode',
    path: 'opencode.json',
    syntax: 'json',
    write: (servers) => ({ mcp: mapped(servers, writeOpencode, (name) => `{env:${name}}`) }),
  },
  {
    format: 'continue',
    title: 'Continue',
    path: '.continue/mcpServers/servers.yaml',
    syntax: 'yaml',
    write: writeContinue,
  },
  {
    format: 'goose',
    title: 'Goose',
    path: '~/.config/goose/config.yaml',
    syntax: 'yaml',
    write: (servers) => ({ extensions: mapped(servers, writeGoose, asPlaceholder) }),
  },
  {
    format: 'codex',
    title: 'Codex',
    path: '~/.codex/config.toml',
    syntax: 'toml',
    write: (servers) => ({ mcp_servers: mapped(servers, writeCodex, asPlaceholder) }),
  },
];

export const formats = clients.map(({ format }) => format);
