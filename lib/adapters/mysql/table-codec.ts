import type { SqlValue } from './connection.ts';

/*
 * How the columns of a table become the members of a record and back. A new column is a migration, one line here and the member of the record.
 */

export interface Column<T> {
  readonly name: string;
  readonly read: (value: SqlValue) => T;
  readonly write: (value: T) => SqlValue;
}

/** A column whose values are those of the record: text, numbers, times. */
export function plain<T extends SqlValue>(name: string): Column<T> {
  return { name, read: (value) => value as T, write: (value) => value };
}

/** A column that may be NULL where the member is undefined. */
export function optional<T extends SqlValue>(name: string): Column<T | undefined> {
  return { name, read: (value) => (value === null ? undefined : (value as T)), write: (value) => value ?? null };
}

/** JSON as text: the JSON type would reorder members. */
export function json<T>(name: string): Column<T> {
  return { name, read: (value) => JSON.parse(String(value)) as T, write: (value) => JSON.stringify(value) };
}

export function optionalJson<T>(name: string): Column<T | undefined> {
  return {
    name,
    read: (value) => (value === null ? undefined : (JSON.parse(String(value)) as T)),
    write: (value) => (value === undefined ? null : JSON.stringify(value)),
  };
}

export type TableRow = Readonly<Record<string, SqlValue>>;

/** The codec of a record: of a whole row, or of those of its columns that a list reads. */
export function tableCodec<R extends object>(columns: { readonly [M in keyof R]-?: Column<R[M]> }) {
  const members = Object.entries(columns) as [keyof R & string, Column<unknown>][];
  return {
    names: members.map(([, { name }]) => name),
    read: (row: TableRow): R =>
      Object.fromEntries(members.map(([member, { name, read }]) => [member, read(row[name] ?? null)])) as R,
    write: (record: R): Record<string, SqlValue> =>
      Object.fromEntries(members.map(([member, { name, write }]) => [name, write(record[member])])),
  };
}
