import type { User, UserFilter, UserStore } from '../../auth/ports.ts';
import type { Role } from '../../kernel/http/caller.ts';
import { Problem } from '../../kernel/errors/problem.ts';
import type { Mysql, SqlRunner, SqlValue } from './connection.ts';
import { DuplicateKey } from './errors.ts';
import { insertIdentity } from './identities.ts';
import { spendInvite } from './invites.ts';
import { insertOutbox } from './outbox.ts';

interface UserRow {
  readonly id: string;
  readonly username: string;
  readonly email: string;
  readonly role: Role;
  readonly is_active: number;
  readonly password_hash: string;
  readonly password_is_temporary: number;
  readonly totp_secret: string | null;
  readonly totp_is_confirmed: number;
  readonly totp_last_step: number;
  readonly recovery_hashes: string | null;
  readonly created_at: Date;
  readonly updated_at: Date;
}

const changing = [
  'role',
  'is_active',
  'password_hash',
  'password_is_temporary',
  'totp_secret',
  'totp_is_confirmed',
  'totp_last_step',
  'recovery_hashes',
  'updated_at',
] as const;
const columns = `id, username, email, created_at, ${changing.join(', ')}`;
const uniqueNames: Readonly<Record<string, string>> = {
  users_username: 'user name',
  users_email: 'e-mail address',
  user_identities_once: 'account at the provider',
};

export function mysqlUserStore(mysql: Mysql): UserStore {
  const one = async (column: 'id' | 'username' | 'email', value: string): Promise<User | undefined> => {
    const [row] = await mysql.query<UserRow>(`SELECT ${columns} FROM users WHERE ${column} = ?`, [value]);
    return row && toUser(row);
  };
  return {
    async insert(user, outbox = [], inviteId?, identity?) {
      try {
        await mysql.transaction(async (tx) => {
          const values = [user.id, user.username, user.email, user.createdAt, ...changingValues(user)];
          await tx.execute(`INSERT INTO users (${columns}) VALUES (${values.map(() => '?').join(', ')})`, values);
          if (inviteId !== undefined) await spendInvite(tx, inviteId, user);
          if (identity) await insertIdentity(tx, { ...identity, userId: user.id });
          await insertOutbox(tx, outbox);
        });
      } catch (error) {
        if (error instanceof DuplicateKey && error.key === 'PRIMARY') return;
        const taken = error instanceof DuplicateKey ? uniqueNames[error.key] : undefined;
        if (taken === undefined) throw error;
        throw new Problem('user-exists', { detail: `This ${taken} is taken.`, cause: error });
      }
    },

    change: (id, decide) =>
      mysql.transaction(async (tx) => {
        const [row] = await tx.query<UserRow>(`SELECT ${columns} FROM users WHERE id = ? FOR UPDATE`, [id]);
        if (!row) return undefined;
        const current = toUser(row);
        const at = new Date(Math.max(Date.now(), current.updatedAt.getTime() + 1));
        const decided = decide(current, { at, isLastAdmin: await isLastAdmin(tx, current) });
        if (!decided) return current;
        const next = { ...current, ...decided.changes, updatedAt: at };
        const set = changing.map((column) => `${column} = ?`).join(', ');
        await tx.execute(`UPDATE users SET ${set} WHERE id = ?`, [...changingValues(next), id]);
        await insertOutbox(tx, decided.outbox);
        return next;
      }),

    async list(filter, { offset, limit }) {
      const { where, values } = conditions(filter);
      const [rows, [count]] = await Promise.all([
        mysql.query<UserRow>(`SELECT ${columns} FROM users WHERE ${where} ORDER BY username, id LIMIT ? OFFSET ?`, [
          ...values,
          limit,
          offset,
        ]),
        mysql.query<{ total: number }>(`SELECT COUNT(*) AS total FROM users WHERE ${where}`, values),
      ]);
      return { items: rows.map(toUser), total: count?.total ?? 0 };
    },

    byId: (id) => one('id', id),
    // A user name holds no @, so the two cannot be mistaken for each other. The columns compare without accents and trailing spaces, the names have none.
    byLogin: async (login) =>
      /^[\x21-\x7e]+$/.test(login) ? one(login.includes('@') ? 'email' : 'username', login) : undefined,
    async rehashPassword(id, from, to) {
      await mysql.execute('UPDATE users SET password_hash = ? WHERE id = ? AND password_hash = ?', [to, id, from]);
    },
  };
}

/** Asked under a lock, so that two admins cannot dismiss each other at the same time. */
async function isLastAdmin(tx: SqlRunner, { id, role, isActive }: User): Promise<boolean> {
  if (role !== 'admin' || !isActive) return false;
  const others = await tx.query(
    "SELECT id FROM users WHERE role = 'admin' AND is_active = TRUE AND id <> ? LIMIT 1 FOR UPDATE",
    [id],
  );
  return others.length === 0;
}

function conditions({ role, isActive, search }: UserFilter): { where: string; values: SqlValue[] } {
  const where = ['TRUE'];
  const values: SqlValue[] = [];
  if (role !== undefined) {
    where.push('role = ?');
    values.push(role);
  }
  if (isActive !== undefined) {
    where.push('is_active = ?');
    values.push(isActive);
  }
  if (search !== undefined) {
    const pattern = `%${search.replaceAll(/[!%_]/g, '!$&')}%`;
    where.push("(username LIKE ? ESCAPE '!' OR email LIKE ? ESCAPE '!')");
    values.push(pattern, pattern);
  }
  return { where: where.join(' AND '), values };
}

function changingValues({ secondFactor, ...user }: User): SqlValue[] {
  return [
    user.role,
    user.isActive,
    user.passwordHash,
    user.passwordIsTemporary,
    secondFactor?.secret ?? null,
    secondFactor?.isConfirmed ?? false,
    secondFactor?.lastStep ?? 0,
    secondFactor ? JSON.stringify(secondFactor.recoveryHashes) : null,
    user.updatedAt,
  ];
}

function toUser(row: UserRow): User {
  return {
    id: row.id,
    username: row.username,
    email: row.email,
    role: row.role,
    isActive: Boolean(row.is_active),
    passwordHash: row.password_hash,
    passwordIsTemporary: Boolean(row.password_is_temporary),
    secondFactor:
      row.totp_secret === null
        ? undefined
        : {
            secret: row.totp_secret,
            isConfirmed: Boolean(row.totp_is_confirmed),
            lastStep: row.totp_last_step,
            recoveryHashes: JSON.parse(row.recovery_hashes ?? '[]') as string[],
          },
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}
