import { v7 } from 'uuid';
import type { SqlRunner } from '../../../../lib/adapters/mysql/connection.ts';
import type { OutboxEntry } from '../../../../lib/outbox/ports.ts';
import type { ToolRecord } from '../../../../lib/tools/ports.ts';

export function toolRecord(of: Partial<ToolRecord> & Pick<ToolRecord, 'slug' | 'authorId'>): ToolRecord {
  const createdAt = new Date('2026-01-01T00:00:00.000Z');
  return {
    id: v7(),
    name: of.slug,
    description: '',
    version: '1.0.0',
    status: 'draft',
    revision: 1,
    config: { servers: [] },
    createdAt,
    updatedAt: createdAt,
    deletedAt: undefined,
    ...of,
  };
}

export function outboxEntry(tool: ToolRecord): OutboxEntry {
  const { id, revision, version, slug, name, description, status, config, authorId, updatedAt } = tool;
  return {
    id: v7(),
    message: {
      kind: 'tool-changed',
      tool_id: id,
      revision,
      version,
      slug,
      change_type: 'create',
      changed_by: authorId,
      changed_at: updatedAt.toISOString(),
      snapshot: { name, description, status, config },
    },
  };
}

/** A user for tools to belong to. */
export async function insertAuthor(mysql: SqlRunner): Promise<string> {
  const id = v7();
  await mysql.execute(
    `INSERT INTO users (id, username, email, role, password_hash, created_at, updated_at)
     VALUES (?, ?, ?, 'developer', '-', UTC_TIMESTAMP(3), UTC_TIMESTAMP(3))`,
    [id, id, `${id}@example.org`],
  );
  return id;
}
