import type { ToolConfig } from '../../tools/config.ts';
import type { ToolRecord, ToolSummary } from '../../tools/ports.ts';
import type { ToolStatus } from '../../tools/schema.ts';
import type { SqlRunner, SqlValue } from './connection.ts';

export interface SummaryRow {
  readonly id: string;
  readonly slug: string;
  readonly name: string;
  readonly description: string;
  readonly version: string;
  readonly status: ToolStatus;
  readonly author_id: string;
  readonly revision: number;
  readonly created_at: Date;
  readonly updated_at: Date;
  readonly deleted_at: Date | null;
}
export interface ToolRow extends SummaryRow {
  readonly config: string;
  readonly secrets: string | null;
}

export const summaryColumns = [
  'id',
  'slug',
  'name',
  'description',
  'version',
  'status',
  'author_id',
  'revision',
  'created_at',
  'updated_at',
  'deleted_at',
] as const;
export const toolColumns = [...summaryColumns, 'config', 'secrets'] as const;

export function rowOf(tool: ToolRecord): Record<keyof ToolRow, SqlValue> {
  return {
    id: tool.id,
    slug: tool.slug,
    name: tool.name,
    description: tool.description,
    version: tool.version,
    status: tool.status,
    author_id: tool.authorId,
    revision: tool.revision,
    created_at: tool.createdAt,
    updated_at: tool.updatedAt,
    deleted_at: tool.deletedAt ?? null,
    config: JSON.stringify(tool.config),
    secrets: tool.secrets ? JSON.stringify(tool.secrets) : null,
  };
}

export function summaryOf(row: SummaryRow): ToolSummary {
  return {
    id: row.id,
    slug: row.slug,
    name: row.name,
    description: row.description,
    version: row.version,
    status: row.status,
    authorId: row.author_id,
    revision: row.revision,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    deletedAt: row.deleted_at ?? undefined,
  };
}

export function recordOf(row: ToolRow): ToolRecord {
  const secrets = row.secrets === null ? undefined : (JSON.parse(row.secrets) as ToolRecord['secrets']);
  return { ...summaryOf(row), config: JSON.parse(row.config) as ToolConfig, ...(secrets && { secrets }) };
}

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
