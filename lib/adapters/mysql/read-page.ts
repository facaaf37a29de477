import type { Mysql, SqlValue } from './connection.ts';
import type { TableRow } from './table-codec.ts';

interface PagedQuery<T> {
  readonly columns: string;
  /** The table, with its joins. */
  readonly from: string;
  readonly where: string;
  readonly values: readonly SqlValue[];
  readonly order: string;
  readonly read: (row: TableRow) => T;
}

/** A page of what a condition selects, and how many there are. */
export async function readPage<T>(
  mysql: Mysql,
  { columns, from, where, values, order, read }: PagedQuery<T>,
  { offset, limit }: { readonly offset: number; readonly limit: number },
): Promise<{ items: T[]; total: number }> {
  const [rows, [counted]] = await Promise.all([
    mysql.query<TableRow>(`SELECT ${columns} FROM ${from} WHERE ${where} ORDER BY ${order} LIMIT ? OFFSET ?`, [
      ...values,
      limit,
      offset,
    ]),
    mysql.query<{ total: number }>(`SELECT COUNT(*) AS total FROM ${from} WHERE ${where}`, values),
  ]);
  return { items: rows.map(read), total: counted?.total ?? 0 };
}
