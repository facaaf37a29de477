import type { Connection } from 'mysql2/promise';
import { grantApplication } from './application-user.ts';
import { type Migration, readMigrations } from './files.ts';
import { type Ledger, type LedgerEntry, type MigrationState, openLedger, tables } from './ledger.ts';
import { withDatabase, withLock } from './session.ts';

export interface MigrateOptions {
  /** The number to end at. Up: default the last. Down: default one back; 0 takes everything back. */
  readonly to?: number;
  /** Gets each step in one line. */
  readonly report?: (line: string) => void;
  /** How long to wait for another runner. Default 60 s. */
  readonly waitSeconds?: number;
  readonly migrations?: readonly Migration[];
  /** Where the application connects: up lets its user work with the rows of every table, and change no table. */
  readonly applicationUrl?: string | undefined;
}

export interface MigrationStatus {
  readonly number: number;
  readonly name: string;
  readonly state: MigrationState | 'pending' | 'changed' | 'unknown';
  readonly at: Date | undefined;
  readonly error: string | undefined;
}

/**
 * Applies what is pending. A migration that fails is taken back as far as the engines can, which do not roll back DDL, and is recorded.
 * @throws Error in one clear line per problem; nothing ran when a file was changed after it was applied or an earlier failure waits for a person.
 */
export async function migrateUp(mysqlUrl: string, options: MigrateOptions = {}): Promise<void> {
  const { migrations = readMigrations(), to = Infinity, report = () => undefined, applicationUrl } = options;
  await exclusively(mysqlUrl, options, async (connection, ledger) => {
    const known = new Map((await ledger.entries()).map((entry) => [entry.number, entry]));
    const wrong = migrations.flatMap((migration) => objection(migration, known.get(migration.number)));
    if (wrong.length > 0) throw new Error(wrong.join('\n'));
    const pending = migrations.filter(({ number }) => number <= to && known.get(number)?.state !== 'applied');
    for (const migration of pending) {
      const interrupted = known.get(migration.number);
      if (interrupted?.state === 'running') {
        report(`${migration.name}: was interrupted, taking it back`);
        await takeBack(connection, ledger, migration, interrupted.tablesBefore, 'It was interrupted', report);
      }
      await apply(connection, ledger, migration, report);
    }
    if (pending.length === 0) report('Nothing to migrate');
    if (applicationUrl !== undefined) await grantApplication(connection, applicationUrl);
  });
}

/** Takes applied (or failed) migrations back, newest first. */
export async function migrateDown(mysqlUrl: string, options: MigrateOptions = {}): Promise<void> {
  const { migrations = readMigrations(), report = () => undefined } = options;
  await exclusively(mysqlUrl, options, async (connection, ledger) => {
    const entries = (await ledger.entries()).filter(({ state }) => state !== 'undone').toReversed();
    const to = options.to ?? entries[1]?.number ?? 0;
    const wanted = entries.filter(({ number }) => number > to);
    const missing = wanted.find((entry) => !migrations.some(({ name }) => name === entry.name));
    if (missing) throw new Error(`${missing.name}: its files are not here, so it cannot be taken back`);
    for (const entry of wanted) {
      const migration = migrations.find(({ name }) => name === entry.name);
      if (migration) await revert(connection, ledger, migration, entry, report);
    }
    if (wanted.length === 0) report('Nothing to take back');
  });
}

/** What became of each migration, in order. Changes nothing. */
export async function migrationStatus(
  mysqlUrl: string,
  { migrations = readMigrations() }: Pick<MigrateOptions, 'migrations'> = {},
): Promise<MigrationStatus[]> {
  const entries = await withDatabase(mysqlUrl, (connection) => openLedger(connection).entries());
  const known = new Map(entries.map((entry) => [entry.number, entry]));
  const here = migrations.map((migration): MigrationStatus => {
    const entry = known.get(migration.number);
    const state = entry?.state === 'applied' && isChanged(migration, entry) ? 'changed' : (entry?.state ?? 'pending');
    return { ...migration, state, at: entry?.changedAt, error: entry?.error ?? undefined };
  });
  const elsewhere = entries
    .filter(({ number }) => !migrations.some((migration) => migration.number === number))
    .map(({ number, name, changedAt }) => ({
      number,
      name,
      state: 'unknown' as const,
      at: changedAt,
      error: undefined,
    }));
  return [...here, ...elsewhere]
    .map(({ number, name, state, at, error }) => ({ number, name, state, at, error }))
    .toSorted((a, b) => a.number - b.number);
}

async function exclusively(
  mysqlUrl: string,
  { waitSeconds = 60 }: MigrateOptions,
  work: (connection: Connection, ledger: Ledger) => Promise<void>,
): Promise<void> {
  await withDatabase(mysqlUrl, (connection) =>
    withLock(connection, waitSeconds, async () => {
      const ledger = openLedger(connection);
      await ledger.create();
      await work(connection, ledger);
    }),
  );
}

const isChanged = (migration: Migration, entry: LedgerEntry): boolean =>
  entry.checksum !== migration.checksum || entry.name !== migration.name;

function objection(migration: Migration, entry: LedgerEntry | undefined): string[] {
  if (entry?.state === 'applied' && isChanged(migration, entry)) {
    const at = entry.changedAt.toISOString();
    return [
      `${migration.name}: was changed after it was applied as ${entry.name} (${at}). Restore it; write a new migration for what is new.`,
    ];
  }
  if (entry?.state === 'failed') {
    return [
      `${migration.name}: failed half-way (${entry.error}). Look at the schema, then run "down", which runs its down script.`,
    ];
  }
  return [];
}

async function apply(
  connection: Connection,
  ledger: Ledger,
  migration: Migration,
  report: (line: string) => void,
): Promise<void> {
  const started = performance.now();
  const before = await tables(connection);
  await ledger.begin(migration, before);
  try {
    await inOneGo(connection, migration.up);
  } catch (error) {
    // Without a connection nothing can be taken back now; the next run finds it begun and does.
    if ((error as { fatal?: boolean }).fatal) throw error;
    const reason = (error as Error).message;
    report(`${migration.name}: failed: ${reason}`);
    await takeBack(connection, ledger, migration, before, reason, report);
    throw new Error(`${migration.name}: ${reason}`, { cause: error });
  }
  await ledger.set(migration.number, 'applied', null);
  report(`${migration.name}: applied (${Math.round(performance.now() - started)} ms)`);
}

/** Data changes since the last DDL roll back; DDL commits by itself. */
async function inOneGo(connection: Connection, statements: readonly string[]): Promise<void> {
  await connection.query('SET autocommit = 0');
  try {
    for (const statement of statements) await connection.query(statement);
    await connection.query('COMMIT');
  } catch (error) {
    // Fails where the connection is lost, and then the server has rolled back.
    await connection.query('ROLLBACK').catch(() => undefined);
    throw error;
  } finally {
    await connection.query('SET autocommit = 1').catch(() => undefined);
  }
}

const dropTable = /^DROP\s+(?:TABLE|VIEW)\s+IF\s+EXISTS\s+`?([A-Za-z0-9_]+)`?$/i;

/**
 * Runs those statements of the down script that cannot hurt after half a migration: dropping tables that were not there before it. The others
 * are named, for a person.
 */
async function takeBack(
  connection: Connection,
  ledger: Ledger,
  { number, name, down }: Migration,
  tablesBefore: readonly string[],
  reason: string,
  report: (line: string) => void,
): Promise<void> {
  const left: string[] = [];
  for (const statement of down) {
    const table = dropTable.exec(statement)?.[1];
    if (table === undefined) left.push(statement);
    else if (!tablesBefore.includes(table)) await connection.query(statement);
  }
  if (left.length === 0) {
    await ledger.set(number, 'undone', reason);
    report(`${name}: everything that it had made was taken back`);
    return;
  }
  await ledger.set(number, 'failed', `${reason}; not taken back: ${left.join('; ')}`);
  for (const statement of left) report(`${name}: not taken back: ${statement}`);
}

/** MySQL's answers when what is to be dropped is not there. */
const alreadyGone = new Set([1051, 1091, 1146]);

async function revert(
  connection: Connection,
  ledger: Ledger,
  migration: Migration,
  { state }: LedgerEntry,
  report: (line: string) => void,
): Promise<void> {
  const { number, name, down } = migration;
  await ledger.set(number, 'failed', 'its down script did not finish');
  for (const statement of down) {
    try {
      await connection.query(statement);
    } catch (error) {
      if (state !== 'applied' && alreadyGone.has(Number((error as { errno?: number }).errno))) continue;
      const reason = (error as Error).message;
      await ledger.set(number, 'failed', `its down script failed: ${reason}`);
      throw new Error(`${name}: ${reason}`, { cause: error });
    }
  }
  await ledger.remove(number);
  report(`${name}: taken back`);
}
