import { isDeepStrictEqual } from 'node:util';
import { isObject, type JsonObject, listIn } from '../json.ts';
import type { Input, ServerEntry } from '../model.ts';
import { readLaunch } from '../read-launch.ts';
import { type Reference, replaceReferences } from '../references.ts';
import { mapTexts, writeEntry } from '../write-entry.ts';
import { withoutUndefined } from './read-entry.ts';

/** A client for whose file a server can be written. */
export interface Client {
  readonly format: string;
  readonly title: string;
  /** Where the client looks for it. */
  readonly path: string;
  readonly syntax: 'json' | 'yaml' | 'toml';
  readonly write: (servers: readonly ServerEntry[]) => JsonObject;
}

/** How a client writes `${NAME}`; undefined when the reference stays as it is. */
type Variable = (name: string, reference: Reference, input: Input | undefined) => string | undefined;

const asEnvironment: Variable = (name) => `\${env:${name}}`;
/** Clients without variables: a person puts the value there. */
const asPlaceholder: Variable = (name) => `\${${name}}`;
const ofEditors = new Set(['/', 'pathSeparator', 'workspaceFolder', 'workspaceFolderBasename', 'userHome']);

/** The entry with its variables as a client writes them: a default becomes the value where the client knows no defaults. */
function entryFor(server: ServerEntry, variable: Variable, keepsDefaults: boolean): JsonObject {
  const inputs = new Map(readLaunch(server).inputs.map((input) => [input.key, input]));
  const entry = writeEntry({ ...server, spelling: undefined });
  return mapTexts(entry, (text) =>
    replaceReferences(text, (reference) => {
      const { raw, scheme, label, otherwise } = reference;
      const input = inputs.get(scheme === undefined ? label : `${scheme}:${label}`);
      // What is no input is a variable of the server's own, or the editor's.
      if (!input || (scheme !== 'input' && (scheme !== undefined || ofEditors.has(label)))) return raw;
      const preset = otherwise ?? (scheme === 'input' ? input?.otherwise : undefined);
      if (preset !== undefined && preset !== '' && !keepsDefaults) return preset;
      const name = scheme === 'input' ? (input?.name ?? label) : label;
      if (preset !== undefined && keepsDefaults) return `\${${name}:-${preset}}`;
      return variable(name, reference, input) ?? raw;
    }),
  ) as JsonObject;
}

const isRemote = (entry: JsonObject): boolean => entry['url'] !== undefined;
const mapped = (
  servers: readonly ServerEntry[],
  write: (entry: JsonObject, server: ServerEntry) => JsonObject,
  variable: Variable,
  keepsDefaults = false,
): JsonObject =>
  Object.fromEntries(
    servers.map((server) => [
      String(server['name']),
      withoutUndefined(write(entryFor(server, variable, keepsDefaults), server)),
    ]),
  );

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

/** The variables whose whole text is `${NAME}`, and the others. */
function split(texts: unknown): { readonly named: Record<string, string>; readonly literal: JsonObject } {
  const named: Record<string, string> = {};
  const literal: Record<string, unknown> = {};
  for (const [name, text] of Object.entries(isObject(texts) ? texts : {})) {
    const variable = typeof text === 'string' ? /^\$\{([A-Za-z_]\w*)\}$/.exec(text)?.[1] : undefined;
    if (variable === undefined) literal[name] = text;
    else named[name] = variable;
  }
  return { named, literal };
}

const orNothing = (object: JsonObject): JsonObject | undefined => (Object.keys(object).length > 0 ? object : undefined);

function writeGoose({ type, command, args, env, url, ...rest }: JsonObject, { name }: ServerEntry): JsonObject {
  if (url !== undefined)
    return { name, type: type === 'sse' ? 'sse' : 'streamable_http', uri: url, enabled: true, timeout: 300, ...rest };
  const { named, literal } = split(env);
  const own = Object.keys(named).filter((each) => named[each] === each);
  const others = Object.entries(named).filter(([each, variable]) => each !== variable);
  const envs = { ...literal, ...Object.fromEntries(others.map(([each, variable]) => [each, `\${${variable}}`])) };
  return {
    name,
    type: 'stdio',
    cmd: command,
    args: args ?? [],
    envs: orNothing(envs),
    env_keys: own.length > 0 ? own : undefined,
    enabled: true,
    timeout: 300,
    ...rest,
  };
}

function writeCodex({ type, env, headers, ...rest }: JsonObject): JsonObject {
  if (rest['url'] === undefined) {
    const { named, literal } = split(env);
    const own = Object.keys(named).filter((each) => named[each] === each);
    const others = Object.entries(named).filter(([each, variable]) => each !== variable);
    const kept = { ...literal, ...Object.fromEntries(others.map(([each, variable]) => [each, `\${${variable}}`])) };
    return { ...rest, env: orNothing(kept), env_vars: own.length > 0 ? own : undefined };
  }
  const { named, literal } = split(headers);
  const { Authorization: bearer, ...others } = literal;
  const token = typeof bearer === 'string' ? /^Bearer \$\{([A-Za-z_]\w*)\}$/.exec(bearer)?.[1] : undefined;
  return {
    ...rest,
    transport: type === 'sse' ? 'sse' : undefined,
    bearer_token_env_var: token,
    http_headers: orNothing(token === undefined ? literal : others),
    env_http_headers: orNothing(named),
    env,
  };
}

/** VS Code's `mcp.json`: a question for each variable. Two questions that differ have two ids. */
function writeVscode(servers: readonly ServerEntry[]): JsonObject {
  const questions = new Map<string, JsonObject>();
  const ask = (id: string, question: JsonObject): string => {
    let free = id;
    for (
      let number = 2;
      questions.has(free) && !isDeepStrictEqual(questions.get(free), { ...question, id: free });
      number += 1
    )
      free = `${id}-${number}`;
    questions.set(free, { ...question, id: free });
    return `\${input:${free}}`;
  };
  const written = servers.map((server) => {
    const described = new Map(readLaunch(server).inputs.map((input) => [input.key, input]));
    const own = new Map(
      listIn(server['inputs'])
        .filter(isObject)
        .map((question) => [String(question['id']), question]),
    );
    const entry = writeEntry({ ...server, spelling: undefined });
    const change = (text: string): string =>
      replaceReferences(text, ({ raw, scheme, label, otherwise }) => {
        const question = scheme === 'input' ? own.get(label) : undefined;
        if (question) return ask(label, question);
        const isOwn = !described.has(scheme === undefined ? label : `${scheme}:${label}`);
        if (isOwn || (scheme === undefined ? raw.startsWith('${env:') || ofEditors.has(label) : scheme !== 'input'))
          return raw;
        const { description = label, choices } = described.get(scheme === undefined ? label : `input:${label}`) ?? {};
        const asked = choices
          ? { type: 'pickString', id: label, description, options: choices, default: otherwise }
          : { type: 'promptString', id: label, description, password: true, default: otherwise };
        return ask(label, withoutUndefined(asked));
      });
    const changed = mapTexts(entry, change) as JsonObject;
    return [String(server['name']), isRemote(entry) ? changed : { type: 'stdio', ...changed }] as const;
  });
  return { inputs: [...questions.values()], servers: Object.fromEntries(written) };
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
