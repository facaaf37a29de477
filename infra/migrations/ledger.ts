import type { Connection, RowDataPacket } from 'mysql2/promise';
import type { Migration } from './files.ts';

/**
 * running: begun, and not finished if nobody holds the lock. applied. failed: what it did could not be wholly taken back, a person has to look.
 * undone: failed, and everything was taken back.
 */
export type MigrationState = 'running' | 'applied' | 'failed' | 'undone';

export interface LedgerEntry {
  readonly number: number;
  readonly name: string;
  readonly checksum: string;
  readonly state: MigrationState;
  readonly error: string | null;
  /** The tables that were there before it began: these are not its own to drop. */
  readonly tablesBefore: readonly string[];
  readonly changedAt: Date;
}

interface LedgerRow extends RowDataPacket, Omit<LedgerEntry, 'tablesBefore'> {
  readonly tablesJson: string;
}

const table = `CREATE TABLE IF NOT EXISTS schema_migrations (
  number INT NOT NULL,
  name VARCHAR(255) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  checksum CHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  state VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  error TEXT NULL,
  tables_before MEDIUMTEXT NOT NULL,
  applied_at DATETIME(3) NOT NULL,
  PRIMARY KEY (number)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci`;

/** The table `schema_migrations`: what became of each migration in this database. */
export function openLedger(connection: Connection) {
  const rows = async (): Promise<LedgerEntry[]> => {
    const [found] = await connection.query<LedgerRow[]>(
      'SELECT number, name, checksum, state, error, tables_before AS tablesJson, applied_at AS changedAt FROM schema_migrations ORDER BY number',
    );
    return found.map(({ number, name, checksum, state, error, tablesJson, changedAt }) => {
      const tablesBefore = JSON.parse(tablesJson) as string[];
      return { number, name, checksum, state, error, tablesBefore, changedAt };
    });
  };
  return {
    create: async (): Promise<void> => void (await connection.query(table)),
    /** Nothing where no migration ever ran. */
    entries: async (): Promise<LedgerEntry[]> =>
      (await tables(connection)).includes('schema_migrations') ? rows() : [],
    async begin({ number, name, checksum }: Migration, tablesBefore: readonly string[]): Promise<void> {
      await connection.query(
        `REPLACE INTO schema_migrations (number, name, checksum, state, tables_before, applied_at) VALUES (?, ?, ?, 'running', ?, UTC_TIMESTAMP(3))`,
        [number, name, checksum, JSON.stringify(tablesBefore)],
      );
    },
    async set(number: number, state: MigrationState, error: string | null): Promise<void> {
      await connection.query(
        'UPDATE schema_migrations SET state = ?, error = ?, applied_at = UTC_TIMESTAMP(3) WHERE number = ?',
        [state, error, number],
      );
    },
    async remove(number: number): Promise<void> {
      await connection.query('DELETE FROM schema_migrations WHERE number = ?', [number]);
    },
  };
}
export type Ledger = ReturnType<typeof openLedger>;

/** The names of this database's tables and views. */
export async function tables(connection: Connection): Promise<string[]> {
  const [found] = await connection.query<RowDataPacket[]>(
    'SELECT table_name AS name FROM information_schema.tables WHERE table_schema = DATABASE() ORDER BY table_name',
  );
  return found.map(({ name }) => String(name));
}
