import { allows, type Caller } from '../kernel/caller.ts';
import { newId } from '../kernel/ids.ts';
import { Problem } from '../kernel/problem.ts';
import type { Settings } from '../kernel/settings.ts';
import { hashPassword } from './passwords.ts';
import type { User, UserStore } from './ports.ts';
import { presentUser } from './present.ts';
import type { Registration, UserView } from './schema.ts';

/**
 * Makes a user. Who may change users may also make admins, and register others where registration is not open.
 * @throws Problem `forbidden`, `registration-closed`, `user-exists`.
 */
export async function register(
  { users, settings }: { users: UserStore; settings: Pick<Settings['base'], 'REGISTRATION'> },
  caller: Caller | undefined,
  { username, email, password, role }: Registration,
): Promise<UserView> {
  const byAdmin = caller !== undefined && allows(caller, 'users:update');
  if (role === 'admin' && !byAdmin) {
    throw new Problem('forbidden', {
      detail: 'Only an admin can make an admin.',
      extra: { required_permission: 'users:update' },
    });
  }
  if (settings.REGISTRATION !== 'open' && !byAdmin) {
    throw new Problem('registration-closed', { detail: 'An admin has to let new users in.' });
  }
  const now = new Date();
  const passwordHash = await hashPassword(password);
  const user: User = {
    id: newId(),
    username,
    email,
    role,
    isActive: true,
    passwordHash,
    createdAt: now,
    updatedAt: now,
  };
  await users.insert(user);
  return presentUser(user);
}
