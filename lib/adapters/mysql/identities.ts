import type { Identity, IdentityStore } from '../../identities/ports.ts';
import type { Mysql, SqlRunner } from './connection.ts';
import { insertOutbox } from './outbox.ts';

async function userOf(sql: Pick<SqlRunner, 'query'>, { issuer, subject }: Identity): Promise<string | undefined> {
  const [row] = await sql.query<{ user_id: string }>(
    'SELECT user_id FROM user_identities WHERE issuer = ? AND subject = ?',
    [issuer, subject],
  );
  return row?.user_id;
}

export async function insertIdentity(
  tx: SqlRunner,
  { id, issuer, subject, userId }: Identity & { readonly id: string; readonly userId: string },
  otherwise = '',
): Promise<number> {
  const { affectedRows } = await tx.execute(
    `INSERT INTO user_identities (id, issuer, subject, user_id, created_at) VALUES (?, ?, ?, ?, UTC_TIMESTAMP(3)) ${otherwise}`,
    [id, issuer, subject, userId],
  );
  return affectedRows;
}

export function mysqlIdentities(mysql: Mysql): IdentityStore {
  return {
    userOf: (identity) => userOf(mysql, identity),
    link: (identity, outbox) =>
      mysql.transaction(async (tx) => {
        const affectedRows = await insertIdentity(tx, identity, 'ON DUPLICATE KEY UPDATE id = user_identities.id');
        if (affectedRows === 1) await insertOutbox(tx, outbox);
        return (await userOf(tx, identity)) ?? identity.userId;
      }),
  };
}
