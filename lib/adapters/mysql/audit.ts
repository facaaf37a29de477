import type { ActorType, AuditAction } from '../../../events/outbox.ts';
import type { AuditFilter, AuditRecord, AuditStore } from '../../audit/ports.ts';
import type { Mysql, SqlValue } from './connection.ts';
import { DuplicateKey } from './errors.ts';

interface AuditRow {
  readonly id: string;
  readonly action: AuditAction;
  readonly actor_type: ActorType;
  readonly actor_id: string | null;
  readonly target_type: string;
  readonly target_id: string;
  readonly details: string;
  readonly request_id: string | null;
  readonly source_ip: string | null;
  readonly happened_at: Date;
}

const columns = 'id, action, actor_type, actor_id, target_type, target_id, details, request_id, source_ip, happened_at';

export function mysqlAudit(mysql: Mysql): AuditStore {
  return {
    async append(records) {
      if (records.length === 0) return;
      try {
        await insert(mysql, records);
      } catch (error) {
        if (!(error instanceof DuplicateKey)) throw error;
        // A replay. `ON DUPLICATE KEY UPDATE` would be shorter, but asks for the right to change rows, which nobody has here.
        for (const record of records) await insertOnce(mysql, record);
      }
    },
    async list(filter, { offset, limit }) {
      const { where, values } = conditions(filter);
      const [rows, [count]] = await Promise.all([
        mysql.query<AuditRow>(
          `SELECT ${columns} FROM audit WHERE ${where} ORDER BY happened_at DESC, id DESC LIMIT ? OFFSET ?`,
          [...values, limit, offset],
        ),
        mysql.query<{ total: number }>(`SELECT COUNT(*) AS total FROM audit WHERE ${where}`, values),
      ]);
      return { items: rows.map(toRecord), total: count?.total ?? 0 };
    },
  };
}

async function insert(mysql: Mysql, records: readonly AuditRecord[]): Promise<void> {
  const rows = records.map(() => '(?, ?, ?, ?, ?, ?, ?, ?, ?, ?)').join(', ');
  await mysql.execute(`INSERT INTO audit (${columns}) VALUES ${rows}`, records.flatMap(valuesOf));
}

async function insertOnce(mysql: Mysql, record: AuditRecord): Promise<void> {
  await insert(mysql, [record]).catch((error: unknown) => {
    if (!(error instanceof DuplicateKey)) throw error;
  });
}

function conditions(filter: AuditFilter): { where: string; values: SqlValue[] } {
  const { action, actorType, actorId, targetType, targetId, requestId, sourceIp, since, until } = filter;
  const named: readonly (readonly [string, SqlValue | undefined])[] = [
    ['action = ?', action],
    ['actor_type = ?', actorType],
    ['actor_id = ?', actorId],
    // These columns compare with ASCII alone.
    ['target_type = CONVERT(? USING ascii)', targetType],
    ['request_id = CONVERT(? USING ascii)', requestId],
    ['source_ip = CONVERT(? USING ascii)', sourceIp],
    ['target_id = CONVERT(? USING ascii)', targetId],
    ['happened_at >= ?', since],
    ['happened_at < ?', until],
  ];
  const given = named.flatMap(([condition, value]) => (value === undefined ? [] : [{ condition, value }]));
  return {
    where: given.length === 0 ? 'TRUE' : given.map(({ condition }) => condition).join(' AND '),
    values: given.map(({ value }) => value),
  };
}

function valuesOf(record: AuditRecord): SqlValue[] {
  return [
    record.id,
    record.action,
    record.actorType,
    record.actorId ?? null,
    record.target.type,
    record.target.id,
    JSON.stringify(record.details),
    record.requestId ?? null,
    record.sourceIp ?? null,
    record.at,
  ];
}

function toRecord(row: AuditRow): AuditRecord {
  return {
    id: row.id,
    action: row.action,
    actorType: row.actor_type,
    actorId: row.actor_id ?? undefined,
    target: { type: row.target_type, id: row.target_id },
    details: JSON.parse(row.details) as Record<string, unknown>,
    requestId: row.request_id ?? undefined,
    sourceIp: row.source_ip ?? undefined,
    at: row.happened_at,
  };
}
