/** What a statement's placeholder may hold: nothing that the driver would expand into SQL. */
export type SqlValue = string | number | boolean | null | Date | Buffer;

/** Runs statements, alone or inside a transaction. */
export interface SqlRunner {
  query<Row extends object>(sql: string, values?: readonly SqlValue[]): Promise<Row[]>;
  execute(sql: string, values?: readonly SqlValue[]): Promise<{ readonly affectedRows: number }>;
}

export interface Mysql extends SqlRunner {
  /** One transaction on one connection: commits what `work` resolves, rolls back what it throws. Retried once on a deadlock. */
  transaction<T>(work: (tx: SqlRunner) => Promise<T>): Promise<T>;
  end(): Promise<void>;
}
