import type { OutboxMessage } from '../../../events/outbox.ts';
import type { OutboxEntry, OutboxStore, StoredOutboxEntry } from '../../outbox/ports.ts';
import type { Mysql, SqlRunner } from './connection.ts';

interface OutboxRow {
  readonly id: string;
  readonly message: string;
  readonly created_at: Date;
}

/** For the stores, inside the transaction of the change that the entries tell of. */
export async function insertOutbox(tx: SqlRunner, entries: readonly OutboxEntry[]): Promise<void> {
  if (entries.length === 0) return;
  const rows = entries.map(() => '(?, ?, ?, UTC_TIMESTAMP(3))').join(', ');
  await tx.execute(
    `INSERT INTO outbox (id, tool_id, message, created_at) VALUES ${rows}`,
    entries.flatMap(({ id, message }) => [id, toolOf(message), JSON.stringify(message)]),
  );
}

export function mysqlOutbox(mysql: Mysql): OutboxStore {
  return {
    async byIds(ids) {
      if (ids.length === 0) return [];
      const rows = await mysql.query<OutboxRow>(
        `SELECT id, message, created_at FROM outbox WHERE id IN (${placeholders(ids)}) ORDER BY created_at, id`,
        ids,
      );
      return rows.map(entryOf);
    },
    async olderThan(before, limit) {
      const rows = await mysql.query<{ id: string }>(
        'SELECT id FROM outbox WHERE created_at < ? ORDER BY created_at, id LIMIT ?',
        [before, limit],
      );
      return rows.map(({ id }) => id);
    },
    async ofTool(toolId) {
      const rows = await mysql.query<OutboxRow>(
        'SELECT id, message, created_at FROM outbox WHERE tool_id = ? ORDER BY created_at, id',
        [toolId],
      );
      return rows.map(entryOf);
    },
    async remove(ids) {
      if (ids.length > 0) await mysql.execute(`DELETE FROM outbox WHERE id IN (${placeholders(ids)})`, ids);
    },
  };
}

function toolOf(message: OutboxMessage): string | null {
  return message.kind === 'tool-changed' ? message.tool_id : null;
}

function entryOf({ id, message, created_at }: OutboxRow): StoredOutboxEntry {
  return { id, message: JSON.parse(message) as OutboxMessage, createdAt: created_at };
}

function placeholders(values: readonly unknown[]): string {
  return values.map(() => '?').join(', ');
}
