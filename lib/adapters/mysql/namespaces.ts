import type { NamespaceGrant, NamespaceStore } from '../../registry/ports.ts';
import type { Mysql } from './connection.ts';
import { insertOutbox } from './outbox.ts';
import { plain, type TableRow, tableCodec } from './table-codec.ts';

const grant = tableCodec<NamespaceGrant>({
  namespace: plain('namespace'),
  userId: plain('user_id'),
  grantedBy: plain('granted_by'),
  grantedAt: plain('granted_at'),
});

export function mysqlNamespaces(mysql: Mysql): NamespaceStore {
  return {
    put: (granted, outbox) =>
      mysql.transaction(async (tx) => {
        const row = grant.write(granted);
        await tx.execute(
          `REPLACE INTO registry_namespaces (${grant.names.join(', ')}) VALUES (${grant.names.map(() => '?').join(', ')})`,
          grant.names.map((name) => row[name] ?? null),
        );
        await insertOutbox(tx, outbox);
      }),
    async list({ offset, limit }) {
      const [rows, [counted]] = await Promise.all([
        mysql.query<TableRow>(
          `SELECT ${grant.names.join(', ')} FROM registry_namespaces ORDER BY namespace LIMIT ? OFFSET ?`,
          [limit, offset],
        ),
        mysql.query<{ total: number }>('SELECT COUNT(*) AS total FROM registry_namespaces'),
      ]);
      return { items: rows.map((row) => grant.read(row)), total: counted?.total ?? 0 };
    },
    remove: (namespace, outbox) =>
      mysql.transaction(async (tx) => {
        const { affectedRows } = await tx.execute('DELETE FROM registry_namespaces WHERE namespace = ?', [namespace]);
        if (affectedRows > 0) await insertOutbox(tx, outbox);
        return affectedRows > 0;
      }),
  };
}
