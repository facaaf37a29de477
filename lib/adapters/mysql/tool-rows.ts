import type { ToolConfig } from '../../tools/config.ts';
import type { ToolRecord, ToolSummary } from '../../tools/ports.ts';
import type { ToolStatus } from '../../tools/schema.ts';
import type { SqlRunner } from './connection.ts';
import { json, optional, optionalJson, plain, tableCodec } from './table-codec.ts';

const summary = {
  id: plain<string>('id'),
  slug: plain<string>('slug'),
  name: plain<string>('name'),
  description: plain<string>('description'),
  version: plain<string>('version'),
  status: plain<ToolStatus>('status'),
  authorId: plain<string>('author_id'),
  revision: plain<number>('revision'),
  createdAt: plain<Date>('created_at'),
  updatedAt: plain<Date>('updated_at'),
  deletedAt: optional<Date>('deleted_at'),
};

export const toolSummary = tableCodec<ToolSummary>(summary);
export const toolRow = tableCodec<ToolRecord>({
  ...summary,
  config: json<ToolConfig>('config'),
  secrets: optionalJson<NonNullable<ToolRecord['secrets']>>('secrets'),
});

/** Keeps what a search of the tool looks through; a deleted tool is found by none. */
export async function indexForSearch(tx: SqlRunner, tool: ToolSummary): Promise<void> {
  if (tool.deletedAt) await tx.execute('DELETE FROM mcp_tool_search WHERE tool_id = ?', [tool.id]);
  else {
    const text = foldForSearch(`${tool.name}\n${tool.slug}\n${tool.description}`);
    await tx.execute('REPLACE INTO mcp_tool_search (tool_id, text) VALUES (?, ?)', [tool.id, text]);
  }
}

/** Without case and accents, so that bytes can be compared. */
export function foldForSearch(text: string): Buffer {
  return Buffer.from(text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase());
}
