import type { User, UserStore } from '../../auth/ports.ts';
import type { Role } from '../../kernel/caller.ts';
import { Problem } from '../../kernel/problem.ts';
import type { Mysql } from './connection.ts';
import { DuplicateKey } from './errors.ts';

interface UserRow {
  readonly id: string;
  readonly username: string;
  readonly email: string;
  readonly role: Role;
  readonly is_active: number;
  readonly password_hash: string;
  readonly created_at: Date;
  readonly updated_at: Date;
}

const columns = 'id, username, email, role, is_active, password_hash, created_at, updated_at';
const uniqueNames: Readonly<Record<string, string>> = {
  users_username: 'user name',
  users_email: 'e-mail address',
};

export function mysqlUserStore(mysql: Mysql): UserStore {
  const one = async (column: 'id' | 'username' | 'email', value: string): Promise<User | undefined> => {
    const [row] = await mysql.query<UserRow>(`SELECT ${columns} FROM users WHERE ${column} = ?`, [value]);
    return row && toUser(row);
  };
  return {
    async insert(user) {
      try {
        await mysql.execute(`INSERT INTO users (${columns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`, [
          user.id,
          user.username,
          user.email,
          user.role,
          user.isActive,
          user.passwordHash,
          user.createdAt,
          user.updatedAt,
        ]);
      } catch (error) {
        const taken = error instanceof DuplicateKey ? uniqueNames[error.key] : undefined;
        if (taken === undefined) throw error;
        throw new Problem('user-exists', { detail: `This ${taken} is taken.`, cause: error });
      }
    },
    byId: (id) => one('id', id),
    // A user name holds no @, so the two cannot be mistaken for each other.
    byLogin: (login) => one(login.includes('@') ? 'email' : 'username', login),
    async rehashPassword(id, from, to) {
      await mysql.execute('UPDATE users SET password_hash = ? WHERE id = ? AND password_hash = ?', [to, id, from]);
    },
  };
}

function toUser(row: UserRow): User {
  return {
    id: row.id,
    username: row.username,
    email: row.email,
    role: row.role,
    isActive: Boolean(row.is_active),
    passwordHash: row.password_hash,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}
