import type { InviteStore, User } from '../../auth/ports.ts';
import type { Role } from '../../kernel/http/caller.ts';
import { Problem } from '../../kernel/errors/problem.ts';
import type { Mysql, SqlRunner } from './connection.ts';
import { insertOutbox } from './outbox.ts';

interface InviteRow {
  readonly id: string;
  readonly email: string | null;
  readonly role: Role;
  readonly created_by: string | null;
  readonly created_at: Date;
  readonly expires_at: Date;
  readonly used_at: Date | null;
}

const columns = 'id, email, role, created_by, created_at, expires_at, used_at';

export function mysqlInvites(mysql: Mysql): InviteStore {
  return {
    insert: (invite, hash, outbox) =>
      mysql.transaction(async (tx) => {
        // The invitation of an earlier try of the same request: its text went nowhere.
        await tx.execute(
          `INSERT INTO invites (${columns}, hash) VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON DUPLICATE KEY UPDATE hash = ?`,
          [
            invite.id,
            invite.email ?? null,
            invite.role,
            invite.createdBy ?? null,
            invite.createdAt,
            invite.expiresAt,
            invite.usedAt ?? null,
            hash,
            hash,
          ],
        );
        await insertOutbox(tx, outbox);
      }),
    async byHash(hash) {
      const [row] = await mysql.query<InviteRow>(`SELECT ${columns} FROM invites WHERE hash = ?`, [hash]);
      return (
        row && {
          id: row.id,
          email: row.email ?? undefined,
          role: row.role,
          createdBy: row.created_by ?? undefined,
          createdAt: row.created_at,
          expiresAt: row.expires_at,
          usedAt: row.used_at ?? undefined,
        }
      );
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
