import type { SqlValue } from './connection.ts';

/*
 * How the columns of a table become the members of a record and back. A new column is a migration, one line here and the member of the record.
 */

/** One member of a record in one column or, where they only make sense together, in several. */
export interface Column<T> {
  readonly names: readonly string[];
  readonly read: (...values: SqlValue[]) => T;
  /** Absent where other statements write the column. */
  readonly write?: (value: T) => readonly SqlValue[];
}

/** A column whose values are those of the record: text, numbers, times. */
export function plain<T extends SqlValue>(name: string): Column<T> {
  return column(
    name,
    (value) => value as T,
    (value) => value,
  );
}

/** A column that may be NULL where the member is undefined. */
export function optional<T extends SqlValue>(name: string): Column<T | undefined> {
  return orNull(plain<T>(name));
}

/** TINYINT(1). */
export function flag(name: string): Column<boolean> {
  return column(
    name,
    (value) => value === 1,
    (value) => value,
  );
}

/** Text that is kept as bytes. */
export function bytes(name: string): Column<string> {
  return column(name, String, (value) => Buffer.from(value));
}

export function optionalBytes(name: string): Column<string | undefined> {
  return orNull(bytes(name));
}

/** JSON as text: the JSON type would reorder members. */
export function json<T>(name: string): Column<T> {
  return column(
    name,
    (value) => JSON.parse(String(value)) as T,
    (value) => JSON.stringify(value),
  );
}

export function optionalJson<T>(name: string): Column<T | undefined> {
  return orNull(json<T>(name));
}

/** A column that other statements write, or that comes from another table. */
export function readOnly<T>({ names, read }: Column<T>): Column<T> {
  return { names, read };
}

export function column<T>(name: string, read: (value: SqlValue) => T, write: (value: T) => SqlValue): Column<T> {
  return { names: [name], read: (value = null) => read(value), write: (value) => [write(value)] };
}

function orNull<T>({ names, read, write }: Column<T>): Column<T | undefined> {
  return {
    names,
    read: (value = null) => (value === null ? undefined : read(value)),
    ...(write && { write: (value) => (value === undefined ? [null] : write(value)) }),
  };
}

export type TableRow = Readonly<Record<string, SqlValue>>;

/** The codec of a record: of a whole row, or of those of its columns that a list reads. */
export function tableCodec<R extends object>(columns: { readonly [M in keyof R]-?: Column<R[M]> }) {
  const members = Object.entries(columns) as [keyof R & string, Column<unknown>][];
  const columnsOf = (record: Partial<R>, written: typeof members): Record<string, SqlValue> =>
    Object.fromEntries(
      written.flatMap(([member, { names, write }]) =>
        (write?.(record[member]) ?? []).map((value, i) => [names[i] ?? '', value]),
      ),
    );
  return {
    /** Each once; what several members are read from is among them. */
    names: [...new Set(members.flatMap(([, { names }]) => names))],
    read: (row: TableRow): R =>
      Object.fromEntries(
        members.map(([member, { names, read }]) => [member, read(...names.map((name) => row[name] ?? null))]),
      ) as R,
    write: (record: R): Record<string, SqlValue> => columnsOf(record, members),
    /** The columns of those members alone that a change has. */
    writePart: (change: Partial<R>): Record<string, SqlValue> =>
      columnsOf(
        change,
        members.filter(([member]) => Object.hasOwn(change, member)),
      ),
  };
}

/** The statement that inserts rows of the same columns, and its values. */
export function insertInto(table: string, ...rows: readonly TableRow[]): { sql: string; values: SqlValue[] } {
  const names = Object.keys(rows[0] ?? {});
  const marks = `(${names.map(() => '?').join(', ')})`;
  return {
    sql: `INSERT INTO ${table} (${names.join(', ')}) VALUES ${rows.map(() => marks).join(', ')}`,
    values: rows.flatMap((row) => names.map((name) => row[name] ?? null)),
  };
}
