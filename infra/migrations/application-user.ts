import { type Connection, createConnection, type RowDataPacket } from 'mysql2/promise';
import { tables } from './ledger.ts';

/** What the application's own user may do with a table's rows. Nothing of it changes the schema. */
const usual = 'SELECT, INSERT, UPDATE, DELETE';
/** Where it may do less: what was audited stays, and the ledger of migrations is the owner's affair. */
const narrower: Readonly<Record<string, string>> = { audit: 'SELECT, INSERT', schema_migrations: 'SELECT' };

/**
 * Lets the user of `applicationUrl` work with the rows of every table that there is. Does nothing where that user is the schema's owner, because somebody's own
 * database has only one.
 * @throws Error of the driver when the user cannot log in, or the owner may not grant.
 */
export async function grantApplication(owner: Connection, applicationUrl: string): Promise<void> {
  const account = await accountOf(applicationUrl);
  if (account === (await currentUser(owner))) return;
  const at = account.lastIndexOf('@');
  const grantee = `${owner.escape(account.slice(0, at))}@${owner.escape(account.slice(at + 1))}`;
  for (const table of await tables(owner))
    await owner.query(`GRANT ${narrower[table] ?? usual} ON ${owner.escapeId(table)} TO ${grantee}`);
}

/**
 * Makes the user of `applicationUrl`, or gives it that password. For databases that nobody else prepares.
 * @param connections That it may have at once; fewer than the server takes, so that a migration finds one when the functions have used theirs up.
 */
export async function createApplicationUser(
  owner: Connection,
  applicationUrl: string,
  connections: number,
): Promise<void> {
  const { username, password } = new URL(applicationUrl);
  const [user, secret] = [username, password].map((part) => owner.escape(decodeURIComponent(part)));
  await owner.query(`CREATE USER IF NOT EXISTS ${user}@'%' IDENTIFIED BY ${secret}`);
  await owner.query(
    `ALTER USER ${user}@'%' IDENTIFIED BY ${secret} WITH MAX_USER_CONNECTIONS ${Math.trunc(connections)}`,
  );
}

/** The account that the server takes the user for, as `name@host`. Before its first grants it may not name a database. */
async function accountOf(applicationUrl: string): Promise<string> {
  const url = new URL(applicationUrl);
  url.pathname = '/';
  const connection = await createConnection({ uri: url.href, connectTimeout: 5000 });
  connection.on('error', () => undefined);
  try {
    return await currentUser(connection);
  } finally {
    connection.destroy();
  }
}

async function currentUser(connection: Connection): Promise<string> {
  const [[row]] = await connection.query<RowDataPacket[]>('SELECT CURRENT_USER() AS account');
  return String(row?.['account']);
}
