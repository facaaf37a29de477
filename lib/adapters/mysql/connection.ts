import { createPool, type PoolConnection, type ResultSetHeader, type RowDataPacket } from 'mysql2/promise';
import type { Probe } from '../../kernel/probe.ts';
import {
  CommitUncertain,
  duplicateKeyOf,
  isLockConflict,
  isLost,
  isRefusedUnrun,
  isUnusable,
  translate,
} from './errors.ts';

/** What a statement's placeholder may hold: nothing that the driver would expand into SQL. */
export type SqlValue = string | number | boolean | null | Date | Buffer;

/** Runs statements, alone or inside a transaction. */
export interface SqlRunner {
  query<Row extends object>(sql: string, values?: readonly SqlValue[]): Promise<Row[]>;
  /** `affectedRows` counts the rows that were found, changed or not. */
  execute(sql: string, values?: readonly SqlValue[]): Promise<{ readonly affectedRows: number }>;
}

export interface Mysql extends SqlRunner {
  /**
   * One transaction on one connection: commits what `work` resolves, rolls back what it throws. Run once more after a deadlock, a lock
   * timeout or a connection that was lost before the commit, so `work` must do nothing but statements.
   */
  transaction<T>(work: (tx: SqlRunner) => Promise<T>): Promise<T>;
  end(): Promise<void>;
}

const connectMs = 2000;
const queryMs = 5000;
/** For a free connection of a pool in which all are busy. */
const waitMs = 2000;
/** A connection that rested this long is asked for a sign of life before a statement is trusted to it. */
const restMs = 1000;
const pingMs = 1000;

const sessionSettings =
  "SET SESSION sql_mode = 'ONLY_FULL_GROUP_BY,STRICT_TRANS_TABLES,NO_ZERO_IN_DATE,NO_ZERO_DATE,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION', " +
  "SESSION time_zone = '+00:00', SESSION innodb_lock_wait_timeout = 2";

/**
 * MySQL 8 or MariaDB 10.11 at `url`, with at most `pool` connections, opened when they are needed. A statement is repeated once when
 * it surely did not run, or only reads.
 *
 * Throws Problem `service-unavailable` (retry after 1 s) when the database is down, silent for 5 s, full or locked; DuplicateKey.
 */
export function connectMysql({ url, pool: connectionLimit }: { url: string; pool: number }): Mysql {
  const pool = createPool({
    uri: url,
    connectionLimit,
    connectTimeout: connectMs,
    enableKeepAlive: true,
    keepAliveInitialDelay: 10_000,
    charset: 'UTF8MB4_UNICODE_520_CI',
    timezone: 'Z',
    flags: ['-LOCAL_FILES'],
    // A stack for each statement, should it fail, is a sixth of what the driver takes; what failed is in the error's own words.
    trace: false,
  });
  // mysql2 may report the end of a connection twice; the second would find no listener and end the process.
  pool.pool.on('connection', (connection) => connection.on('error', () => undefined));
  const restingSince = new WeakMap<object, number>();

  async function take(): Promise<PoolConnection> {
    const pending = pool.getConnection();
    const connection = await within(waitMs + connectMs, pending);
    if (connection === undefined) {
      void pending.then(
        (late) => late.release(),
        () => undefined,
      );
      throw Object.assign(new Error('All connections are busy'), { code: 'POOL_BUSY' });
    }
    return connection;
  }

  async function ready(): Promise<PoolConnection> {
    for (;;) {
      const connection = await take();
      const since = restingSince.get(connection.connection);
      if (since !== undefined && Date.now() - since < restMs) return connection;
      try {
        await connection.query({ sql: since === undefined ? sessionSettings : 'DO 1', timeout: pingMs });
        return connection;
      } catch (error) {
        connection.destroy();
        if (since === undefined) throw error;
      }
    }
  }

  async function onConnection<T>(work: (connection: PoolConnection) => Promise<T>): Promise<T> {
    const connection = await ready();
    try {
      return await work(connection);
    } catch (error) {
      if (isUnusable(error)) connection.destroy();
      throw error;
    } finally {
      restingSince.set(connection.connection, Date.now());
      connection.release();
    }
  }

  async function twice<T>(mayRepeat: (error: unknown) => boolean, work: (connection: PoolConnection) => Promise<T>) {
    try {
      return await onConnection(work).catch((error: unknown) => {
        if (mayRepeat(error)) return onConnection(work);
        throw error;
      });
    } catch (error) {
      throw translate(error);
    }
  }

  return {
    query: (sql, values) =>
      twice(
        (error) => (reads(sql) ? isLost(error) : isRefusedUnrun(error)),
        (connection) => runner(connection).query(sql, values),
      ),
    execute: (sql, values) => twice(isRefusedUnrun, (connection) => runner(connection).execute(sql, values)),
    transaction: (work) =>
      twice(
        (error) => isLockConflict(error) || isLost(error),
        (connection) => inTransaction(connection, work),
      ),
    // A connection that is broken already cannot say goodbye, and need not.
    end: () => pool.end().catch(() => undefined),
  };
}

/** Asks the database for a sign of life. */
export function mysqlProbe(mysql: Mysql): Probe {
  return async (timeoutMs) => {
    if ((await within(timeoutMs, mysql.query('SELECT 1'))) === undefined) {
      throw new Error(`MySQL did not answer within ${timeoutMs} ms`);
    }
  };
}

async function inTransaction<T>(connection: PoolConnection, work: (tx: SqlRunner) => Promise<T>): Promise<T> {
  const tx = runner(connection);
  await tx.execute('START TRANSACTION');
  let result: T;
  try {
    result = await work(tx);
  } catch (error) {
    // A connection that cannot even roll back is closed, and the server rolls back by itself.
    if (!isUnusable(error)) await tx.execute('ROLLBACK').catch(() => connection.destroy());
    throw error;
  }
  await tx.execute('COMMIT').catch((error: unknown) => {
    throw isLost(error) ? new CommitUncertain(error) : error;
  });
  return result;
}

/** Statements as they come, in MySQL's text protocol: a prepared statement costs a round trip more and is of no use to a pool of one. */
function runner(connection: PoolConnection): SqlRunner {
  const send = async <R extends RowDataPacket[] | ResultSetHeader>(sql: string, values: readonly SqlValue[] = []) => {
    values.forEach(assertPlain);
    const [result] = await connection
      .query<R>({ sql, values: [...values], timeout: queryMs })
      .catch((error: unknown): never => {
        throw duplicateKeyOf(error) ?? error;
      });
    return result;
  };
  return {
    query: async <Row extends object>(sql: string, values?: readonly SqlValue[]) =>
      (await send<RowDataPacket[]>(sql, values)) as unknown as Row[],
    execute: async (sql, values) => ({ affectedRows: (await send<ResultSetHeader>(sql, values)).affectedRows }),
  };
}

/** The driver writes an object as `a = 1, b = 2` and an array as a list, which is how values become SQL. */
function assertPlain(value: unknown): void {
  const plain =
    value === null ||
    typeof value === 'string' ||
    typeof value === 'boolean' ||
    (typeof value === 'number' && Number.isFinite(value)) ||
    (value instanceof Date && !Number.isNaN(value.getTime())) ||
    Buffer.isBuffer(value);
  if (!plain) throw new TypeError(`A ${typeof value} cannot be a value of a statement`);
}

function reads(sql: string): boolean {
  return /^\s*SELECT\b/i.test(sql);
}

/** undefined when time is up first. */
async function within<T>(ms: number, work: Promise<T>): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const timeUp = new Promise<undefined>((resolve) => {
    timer = setTimeout(resolve, ms, undefined);
  });
  try {
    return await Promise.race([work, timeUp]);
  } finally {
    clearTimeout(timer);
  }
}
