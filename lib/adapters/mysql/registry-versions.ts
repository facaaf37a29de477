import { publishedDocument } from '../../registry/published-document.ts';
import type { ToolRecord } from '../../tools/ports.ts';
import type { SqlRunner } from './connection.ts';

/** In the transaction of a tool's change: what the registry serves from then on. A tool that is not active publishes nothing; what it published stays. */
export async function publishVersion(tx: SqlRunner, tool: ToolRecord): Promise<void> {
  const { cameAs, version, document } = publishedDocument(tool);
  const isPublic = tool.status === 'active' && tool.deletedAt === undefined;
  await tx.execute(
    `UPDATE mcp_tools SET came_as = ?${isPublic ? ', registry_version = ?' : ''} WHERE id = ?`,
    isPublic ? [cameAs ?? null, version, tool.id] : [cameAs ?? null, tool.id],
  );
  if (!isPublic) return;
  const { id, revision, updatedAt } = tool;
  const text = JSON.stringify(document);
  await tx.execute(
    `INSERT INTO registry_versions (tool_id, version, revision, published_at, updated_at, document) VALUES (?, ?, ?, ?, ?, ?)
     ON DUPLICATE KEY UPDATE revision = ?, updated_at = ?, document = ?`,
    [id, version, revision, updatedAt, updatedAt, text, revision, updatedAt, text],
  );
}
