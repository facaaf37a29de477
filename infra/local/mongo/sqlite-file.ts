import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';

/** A sqlite file whose statements are prepared once. */
export class SqliteFile {
  readonly #database: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();

  /** Opens the file, makes it when it is missing, and runs `schema`. */
  constructor(path: string, schema: string) {
    this.#database = new DatabaseSync(path);
    // WAL with synchronous=NORMAL survives the death of the process at any moment; only a power cut may take the last commits.
    this.#database.exec(
      `PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA cache_size = -65536; ${schema}`,
    );
  }

  #statement(sql: string): StatementSync {
    let statement = this.#statements.get(sql);
    if (!statement) this.#statements.set(sql, (statement = this.#database.prepare(sql)));
    return statement;
  }

  all(sql: string, ...values: SQLInputValue[]): Record<string, unknown>[] {
    return this.#statement(sql).all(...values);
  }

  get(sql: string, ...values: SQLInputValue[]): Record<string, unknown> | undefined {
    return this.#statement(sql).get(...values);
  }

  /** Runs a writing statement; gives the row id of an insert. */
  run(sql: string, ...values: SQLInputValue[]): number {
    return Number(this.#statement(sql).run(...values).lastInsertRowid);
  }

  /** Changes the tables; prepared statements of dropped ones are forgotten. */
  define(sql: string): void {
    this.#statements.clear();
    this.#database.exec(sql);
  }

  /** One transaction; what `work` throws undoes it. */
  transaction<T>(work: () => T): T {
    this.#database.exec('BEGIN');
    try {
      const result = work();
      this.#database.exec('COMMIT');
      return result;
    } catch (error) {
      // sqlite has undone it already when the disk is full.
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK');
      throw error;
    }
  }

  close(): void {
    this.#statements.clear();
    this.#database.close();
  }
}
