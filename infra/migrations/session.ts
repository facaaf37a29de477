import { createHash } from 'node:crypto';
import { type Connection, createConnection, type RowDataPacket } from 'mysql2/promise';

/** One connection for a whole run: the lock belongs to it. */
export async function withDatabase<T>(mysqlUrl: string, work: (connection: Connection) => Promise<T>): Promise<T> {
  const connection = await createConnection({
    uri: mysqlUrl,
    connectTimeout: 5000,
    timezone: 'Z',
    charset: 'UTF8MB4_UNICODE_520_CI',
  });
  // The statement under way reports it as well; nobody else listens.
  connection.on('error', () => undefined);
  try {
    await connection.query(
      "SET SESSION time_zone = '+00:00', SESSION sql_mode = 'STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION'",
    );
    return await work(connection);
  } finally {
    connection.destroy();
  }
}

/**
 * Keeps other runners of the same database out. The server frees the lock when this connection ends, however it ends.
 * @throws Error when another runner still holds it after `waitSeconds`.
 */
export async function withLock<T>(connection: Connection, waitSeconds: number, work: () => Promise<T>): Promise<T> {
  const [[row]] = await connection.query<RowDataPacket[]>('SELECT DATABASE() AS name');
  // Locks are the server's, not the database's, and their names end at 64 characters.
  const lock = `migrations-${createHash('sha256').update(String(row?.['name'])).digest('hex').slice(0, 32)}`;
  const [[got]] = await connection.query<RowDataPacket[]>('SELECT GET_LOCK(?, ?) AS got', [lock, waitSeconds]);
  if (got?.['got'] !== 1) throw new Error(`Another runner has been migrating this database for over ${waitSeconds} s`);
  try {
    return await work();
  } finally {
    // Fails where the connection is lost, and the lock with it.
    await connection.query('DO RELEASE_LOCK(?)', [lock]).catch(() => undefined);
  }
}
