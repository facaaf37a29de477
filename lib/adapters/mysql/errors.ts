import { Problem } from '../../kernel/errors/problem.ts';

/** A row with this key is there already. The stores turn it into the problem that it means. */
export class DuplicateKey extends Error {
  /** The key's name in the schema. */
  readonly key: string;

  constructor(key: string) {
    super(`The key ${key} is taken`);
    this.name = 'DuplicateKey';
    this.key = key;
  }
}

/** The transaction may have been committed or not: the connection was lost while the server was at it. */
export class CommitUncertain extends Error {
  constructor(cause: unknown) {
    super('The connection was lost during COMMIT', { cause });
    this.name = 'CommitUncertain';
  }
}

/** What mysql2 throws: a server's error has a number, one of the network or the driver only a code. */
interface DriverError extends Error {
  readonly errno?: number;
  readonly code?: string;
  readonly fatal?: boolean;
}

const errno = {
  // Answered instead of running the statement: shutting down, killed, closed for idling (MariaDB, MySQL).
  notRun: [1053, 1927, 4031],
  full: [1040, 1203, 1226],
  readOnly: [1290, 1792, 1836],
  lock: [1205, 1213],
  duplicate: 1062,
  // Too long, out of range, not of the column's characters, not of its type.
  badValue: [1264, 1265, 1292, 1366, 1406, 3988],
} as const;

const lostCodes = ['PROTOCOL_CONNECTION_LOST', 'ECONNRESET', 'EPIPE'];
const silentCodes = ['PROTOCOL_SEQUENCE_TIMEOUT', 'ETIMEDOUT'];
const unreachableCodes = ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH', 'POOL_BUSY'];

const has = (list: readonly number[], error: DriverError): boolean => list.includes(error.errno ?? 0);
const coded = (list: readonly string[], error: DriverError): boolean => list.includes(error.code ?? '');

/** The connection went away under the statement, which may have run or not. */
export const isLost = (error: unknown): boolean => coded(lostCodes, error as DriverError) || isRefusedUnrun(error);

/** The server answered that it did not run the statement, and that this connection is over. */
export const isRefusedUnrun = (error: unknown): boolean => has(errno.notRun, error as DriverError);

/** A value does not fit its column. */
export const isBadValue = (error: unknown): boolean => has(errno.badValue, error as DriverError);

/** Two transactions were in each other's way; the same again may well succeed. */
export const isLockConflict = (error: unknown): boolean => has(errno.lock, error as DriverError);

/** Nothing more can be sent over this connection; or a failover left it at a replica. */
export function isUnusable(error: unknown): boolean {
  const driver = error as DriverError;
  if (driver instanceof CommitUncertain) return true;
  return driver.fatal === true || isLost(error) || coded(silentCodes, driver) || has(errno.readOnly, driver);
}

export function duplicateKeyOf(error: unknown): DuplicateKey | undefined {
  const { errno: number, message } = error as DriverError;
  if (number !== errno.duplicate) return undefined;
  // MySQL 8 says table.key, MariaDB key.
  return new DuplicateKey(/for key '(?:[^']*\.)?([^'.]+)'$/.exec(message)?.[1] ?? '');
}

/** What the driver threw, as the rest of the platform knows it; anything else as it is. */
export function translate(error: unknown): unknown {
  const driver = error as DriverError;
  if (!(error instanceof Error) || error instanceof Problem) return error;
  // The driver adds the statement with its values.
  if ('sql' in error) Object.assign(error, { sql: undefined });
  const away =
    isUnusable(error) ||
    isLockConflict(error) ||
    has(errno.full, driver) ||
    coded([...lostCodes, ...silentCodes, ...unreachableCodes], driver);
  if (!away) return error;
  return new Problem('service-unavailable', {
    detail: 'The database does not answer at the moment.',
    extra: { retry_after: 1 },
    headers: { 'retry-after': '1' },
    cause: error,
  });
}
