import { isRemote, isStdio, type Server } from '../config.ts';
import { compact, isObject, type JsonObject } from '../json.ts';
import { referencesIn } from '../references.ts';
import { variableName } from './names.ts';
import { launchOfPackage } from './package-launch.ts';

/** The `mcpServers` of Claude Desktop, Claude Code and Cursor: how each server is launched without this platform. */
export function writeMcpServers(servers: readonly Server[]): JsonObject {
  return { mcpServers: Object.fromEntries(servers.map((server) => [server.name, entryOf(server)])) };
}

/** VS Code's `mcp.json`: the same with a question for each variable. */
export function writeVscodeFile(servers: readonly Server[]): JsonObject {
  const kept = servers.flatMap(({ inputs }) => (Array.isArray(inputs) ? inputs.filter(isObject) : []));
  const inputs = new Map(kept.map((input) => [variableName(String(input['id'])), input]));
  const ask = (text: string): string =>
    referencesIn(text).reduce((asked, { name, otherwise }) => {
      const input =
        inputs.get(name) ??
        compact({ type: 'promptString', id: name, description: name, password: true, default: otherwise });
      inputs.set(name, input);
      const written = otherwise === undefined ? `\${${name}}` : `\${${name}:-${otherwise}}`;
      return asked.replaceAll(written, `\${input:${String(input['id'])}}`);
    }, text);
  const entries = servers.map((server) => [server.name, withTexts({ type: 'stdio', ...entryOf(server) }, ask)]);
  return { inputs: [...inputs.values()], servers: Object.fromEntries(entries) as JsonObject };
}

/** This platform's endpoint of the tool, under its slug. */
export function writePlatformEntry(slug: string, url: string): JsonObject {
  return {
    mcpServers: {
      [slug]: { type: 'http', url, headers: { Authorization: 'Bearer ${MCP_PLATFORM_API_KEY}' } },
    },
  };
}

function entryOf(server: Server): JsonObject {
  const { name: _, inputs: _inputs, ...rest } = server;
  if (isStdio(server)) return compact(rest);
  if (isRemote(server)) {
    const { transport, ...remote } = rest;
    return compact({ type: transport === 'sse' ? 'sse' : 'http', ...remote });
  }
  return compact({ ...launchOfPackage(server) });
}

function withTexts(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === 'string') return change(value);
  if (Array.isArray(value)) return value.map((member: unknown) => withTexts(member, change));
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, withTexts(member, change)]));
}
