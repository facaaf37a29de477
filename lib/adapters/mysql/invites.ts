import type { Invite, InviteStore, User } from '../../auth/ports.ts';
import type { Role } from '../../kernel/http/caller.ts';
import { Problem } from '../../kernel/errors/problem.ts';
import type { Mysql, SqlRunner } from './connection.ts';
import { insertOutbox } from './outbox.ts';
import { insertInto, optional, plain, tableCodec, type TableRow } from './table-codec.ts';

const inviteRow = tableCodec<Invite>({
  id: plain('id'),
  email: optional<string>('email'),
  role: plain<Role>('role'),
  createdBy: optional<string>('created_by'),
  createdAt: plain('created_at'),
  expiresAt: plain('expires_at'),
  usedAt: optional<Date>('used_at'),
});

export function mysqlInvites(mysql: Mysql): InviteStore {
  return {
    insert: (invite, hash, outbox) =>
      mysql.transaction(async (tx) => {
        // The invitation of an earlier try of the same request: its text went nowhere.
        const { sql, values } = insertInto('invites', { ...inviteRow.write(invite), hash });
        await tx.execute(`${sql} ON DUPLICATE KEY UPDATE hash = ?`, [...values, hash]);
        await insertOutbox(tx, outbox);
      }),
    async byHash(hash) {
      const [row] = await mysql.query<TableRow>(`SELECT ${inviteRow.names.join(', ')} FROM invites WHERE hash = ?`, [
        hash,
      ]);
      return row && inviteRow.read(row);
    },
  };
}

/** In the transaction that makes the user. @throws Problem `invalid-invite` when somebody was faster. */
export async function spendInvite(tx: SqlRunner, id: string, user: User): Promise<void> {
  const { affectedRows } = await tx.execute(
    'UPDATE invites SET used_by = ?, used_at = ? WHERE id = ? AND used_at IS NULL',
    [user.id, user.createdAt, id],
  );
  if (affectedRows === 0) throw new Problem('invalid-invite', { detail: 'This invitation has been used.' });
}
