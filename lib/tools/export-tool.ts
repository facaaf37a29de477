import * as z from 'zod';
import type { Caller } from '../kernel/http/caller.ts';
import { notFound } from '../kernel/errors/problem.ts';
import { type Client, clients, formats } from '../launch/clients/write-file.ts';
import { writePlatformServerJson, writeServerJson } from './formats/write-server-json.ts';
import { isObject } from './json.ts';
import type { ToolStore } from './ports.ts';
import { visibleConfig } from './visible-config.ts';

/** `vscode.json` is the older name of `vscode`. */
const allFormats = ['server.json', 'vscode.json', ...formats] as const;

export const ExportQuery = z.object({
  format: z.enum(allFormats).default('mcp.json').meta({
    description:
      '`server.json` for registries; `mcp.json`: mcpServers as they came; else the file of that client. Continue and Goose read YAML, Codex TOML.',
  }),
  via: z
    .enum(['direct', 'platform'])
    .default('direct')
    .meta({ description: 'The original launch, or the endpoint of this platform.' }),
});
type ExportQuery = z.output<typeof ExportQuery>;

/** A file in JSON, or the text of one. */
export const Exported = z.union([z.record(z.string(), z.unknown()), z.string()]);

const mediaTypes = { json: 'application/json', yaml: 'application/yaml', toml: 'application/toml' } as const;
export const exportedTypes = [mediaTypes.yaml, mediaTypes.toml];

/** The content type of the file. */
export function exportedType({ format }: ExportQuery): string {
  return mediaTypes[clientOf(format)?.syntax ?? 'json'];
}

/** A tool in the format of a registry or of a client's file. @throws Problem `not-found`. */
export async function exportTool(
  { tools, settings }: { readonly tools: ToolStore; readonly settings: { readonly BASE_URL: string } },
  caller: Caller,
  idOrSlug: string,
  { format, via }: ExportQuery,
): Promise<z.output<typeof Exported>> {
  const found = await tools.find(idOrSlug);
  if (!found) throw notFound('tool', idOrSlug);
  const tool = { ...found, config: visibleConfig(caller, found, found.config) };
  const base = settings.BASE_URL;
  const url = `${base}/mcp/${tool.slug}/v1`;
  const client = clientOf(format);
  if (!client) return via === 'direct' ? writeServerJson(tool, base) : writePlatformServerJson(tool, base, url);
  const headers = { Authorization: 'Bearer ${MCP_PLATFORM_API_KEY}' };
  const through = { name: tool.slug, url, transport: 'streamable-http', headers };
  return textOf(client, client.write(via === 'direct' ? tool.config.servers : [through]));
}

function clientOf(format: ExportQuery['format']): Client | undefined {
  const name = format === 'vscode.json' ? 'vscode' : format;
  return clients.find((client) => client.format === name);
}

async function textOf({ syntax }: Client, file: Record<string, unknown>): Promise<z.output<typeof Exported>> {
  if (syntax === 'json') return file;
  if (syntax === 'yaml') return (await import('yaml')).stringify(file);
  return (await import('smol-toml')).stringify(withoutNulls(file));
}

/** TOML has no null. */
function withoutNulls<T>(value: T): T {
  if (Array.isArray(value)) return value.filter((member) => member !== null).map(withoutNulls) as T;
  if (!isObject(value)) return value;
  const members = Object.entries(value).filter(([, member]) => member !== null && member !== undefined);
  return Object.fromEntries(members.map(([name, member]) => [name, withoutNulls(member)])) as T;
}
