import type { ActorType, AuditAction } from '../../../events/outbox.ts';
import type { AuditFilter, AuditRecord, AuditStore } from '../../audit/ports.ts';
import type { Mysql, SqlValue } from './connection.ts';
import { DuplicateKey } from './errors.ts';
import { readPage } from './read-page.ts';
import { insertInto, json, optional, plain, tableCodec } from './table-codec.ts';

const auditRow = tableCodec<AuditRecord>({
  id: plain('id'),
  action: plain<AuditAction>('action'),
  actorType: plain<ActorType>('actor_type'),
  actorId: optional<string>('actor_id'),
  target: {
    names: ['target_type', 'target_id'],
    read: (type, id) => ({ type: String(type), id: String(id) }),
    write: ({ type, id }) => [type, id],
  },
  details: json('details'),
  requestId: optional<string>('request_id'),
  sourceIp: optional<string>('source_ip'),
  at: plain('happened_at'),
});

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
    list: (filter, page) =>
      readPage(
        mysql,
        {
          columns: auditRow.names.join(', '),
          from: 'audit',
          ...conditions(filter),
          order: 'happened_at DESC, id DESC',
          read: auditRow.read,
        },
        page,
      ),
  };
}

async function insert(mysql: Mysql, records: readonly AuditRecord[]): Promise<void> {
  const { sql, values } = insertInto('audit', ...records.map(auditRow.write));
  await mysql.execute(sql, values);
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
