import type { JsonObject } from '../json.ts';
import { compact, isObject } from '../json.ts';
import type { Server } from '../config.ts';
import { readLaunch } from '../../launch/read-launch.ts';
import { replaceReferences } from '../../launch/references.ts';
import { mapTexts, writeEntry } from '../../launch/write-entry.ts';

/** The `mcpServers` of Claude Desktop, Claude Code and Cursor: how each server is launched without this platform. */
export function writeMcpServers(servers: readonly Server[]): JsonObject {
  return { mcpServers: Object.fromEntries(servers.map((server) => [server.name, writeEntry(server)])) };
}

/** VS Code's `mcp.json`: the same with a question for each variable. */
export function writeVscodeFile(servers: readonly Server[]): JsonObject {
  const inputs = new Map<unknown, JsonObject>();
  const entries = servers.map((server) => {
    const kept = Array.isArray(server['inputs']) ? server['inputs'].filter(isObject) : [];
    for (const input of kept) inputs.set(input['id'], input);
    const entry: JsonObject =
      server['url'] === undefined ? { type: 'stdio', ...writeEntry(server) } : writeEntry(server);
    const described = new Map(readLaunch(server).inputs.map((input) => [input.key, input]));
    const ask = (text: string): string =>
      replaceReferences(text, ({ raw, scheme, label, otherwise }) => {
        if (scheme !== undefined || raw.startsWith('${env:') || editorVariables.has(label)) return raw;
        const { description = label, isSecret = true, choices } = described.get(label) ?? {};
        const question = choices
          ? { type: 'pickString', id: label, description, options: choices, default: otherwise }
          : { type: 'promptString', id: label, description, password: isSecret || true, default: otherwise };
        if (!inputs.has(label)) inputs.set(label, compact(question));
        return `\${input:${label}}`;
      });
    return [server.name, mapTexts(entry, ask)] as const;
  });
  return { inputs: [...inputs.values()], servers: Object.fromEntries(entries) };
}

/** What VS Code knows by itself. */
const editorVariables = new Set([
  '/',
  'pathSeparator',
  'workspaceFolder',
  'workspaceFolderBasename',
  'userHome',
  'cwd',
  'execPath',
]);

/** This platform's endpoint of the tool, under its slug. */
export function writePlatformEntry(slug: string, url: string): JsonObject {
  return {
    mcpServers: {
      [slug]: { type: 'http', url, headers: { Authorization: 'Bearer ${MCP_PLATFORM_API_KEY}' } },
    },
  };
}
