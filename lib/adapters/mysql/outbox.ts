import type { OutboxMessage } from '../../../events/outbox.ts';
import { type Correlation, currentCorrelation } from '../../kernel/log/correlation.ts';
import type { OutboxEntry, OutboxStore, StoredOutboxEntry } from '../../outbox/ports.ts';
import type { Mysql, SqlRunner } from './connection.ts';

interface OutboxRow {
  readonly id: string;
  readonly message: string;
  readonly created_at: Date;
  readonly origin: string | null;
}

/** For the stores, inside the transaction of the change that the entries describe. An entry that is there already was written by an earlier try. */
export async function insertOutbox(tx: SqlRunner, entries: readonly OutboxEntry[]): Promise<void> {
  if (entries.length === 0) return;
  const rows = entries.map(() => '(?, ?, ?, ?, UTC_TIMESTAMP(3))').join(', ');
  const origin = originOf(currentCorrelation());
  await tx.execute(
    `INSERT INTO outbox (id, tool_id, message, origin, created_at) VALUES ${rows} ON DUPLICATE KEY UPDATE id = outbox.id`,
    entries.flatMap(({ id, message }) => [id, toolOf(message), JSON.stringify(message), origin]),
  );
}

export function mysqlOutbox(mysql: Mysql): OutboxStore {
  return {
    async byIds(ids) {
      if (ids.length === 0) return [];
      const rows = await mysql.query<OutboxRow>(
        `SELECT id, message, created_at, origin FROM outbox WHERE id IN (${placeholders(ids)}) ORDER BY created_at, id`,
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
        'SELECT id, message, created_at, origin FROM outbox WHERE tool_id = ? ORDER BY created_at, id',
        [toolId],
      );
      return rows.map(entryOf);
    },
    add: (entries) => insertOutbox(mysql, entries),
    async remove(ids) {
      if (ids.length > 0) await mysql.execute(`DELETE FROM outbox WHERE id IN (${placeholders(ids)})`, ids);
    },
  };
}

function toolOf(message: OutboxMessage): string | null {
  return message.kind === 'tool-changed' ? message.tool_id : null;
}

function originOf(cause: Correlation | undefined): string | null {
  return cause ? JSON.stringify({ request_id: cause.requestId, source_ip: cause.sourceIp }) : null;
}

function entryOf({ id, message, created_at, origin }: OutboxRow): StoredOutboxEntry {
  return {
    id,
    message: JSON.parse(message) as OutboxMessage,
    createdAt: created_at,
    origin: origin === null ? undefined : (JSON.parse(origin) as NonNullable<StoredOutboxEntry['origin']>),
  };
}

function placeholders(values: readonly unknown[]): string {
  return values.map(() => '?').join(', ');
}
