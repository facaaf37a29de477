import * as z from 'zod';
import type { Caller } from '../kernel/http/caller.ts';
import { notFound } from '../kernel/errors/problem.ts';
import { writeMcpServers, writePlatformEntry, writeVscodeFile } from './formats/write-client-file.ts';
import { writePlatformServerJson, writeServerJson } from './formats/write-server-json.ts';
import type { ToolStore } from './ports.ts';
import { visibleConfig } from './visible-config.ts';

export const ExportQuery = z.object({
  format: z.enum(['server.json', 'mcp.json', 'vscode.json']).default('mcp.json').meta({
    description: '`server.json` for registries, `mcp.json` for Claude and Cursor, `vscode.json` for VS Code.',
  }),
  via: z
    .enum(['direct', 'platform'])
    .default('direct')
    .meta({ description: 'The original launch, or the endpoint of this platform.' }),
});

export const Exported = z.record(z.string(), z.unknown());

/** A tool in the format of a registry or of a client's file. @throws Problem `not-found`. */
export async function exportTool(
  { tools, settings }: { readonly tools: ToolStore; readonly settings: { readonly BASE_URL: string } },
  caller: Caller,
  idOrSlug: string,
  { format, via }: z.output<typeof ExportQuery>,
): Promise<Record<string, unknown>> {
  const found = await tools.find(idOrSlug);
  if (!found) throw notFound('tool', idOrSlug);
  const tool = { ...found, config: visibleConfig(caller, found, found.config) };
  const base = settings.BASE_URL;
  const url = `${base}/mcp/${tool.slug}/v1`;
  if (format === 'server.json')
    return via === 'direct' ? writeServerJson(tool, base) : writePlatformServerJson(tool, base, url);
  if (via === 'direct')
    return format === 'mcp.json' ? writeMcpServers(tool.config.servers) : writeVscodeFile(tool.config.servers);
  if (format === 'mcp.json') return writePlatformEntry(tool.slug, url);
  const headers = { Authorization: 'Bearer ${MCP_PLATFORM_API_KEY}' };
  return writeVscodeFile([{ name: tool.slug, url, headers, transport: 'streamable-http' }]);
}
