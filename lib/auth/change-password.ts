import { auditEntry } from '../audit/audit-entry.ts';
import type { Caller } from '../kernel/http/caller.ts';
import { invalidField, notFound, Problem } from '../kernel/errors/problem.ts';
import type { Relay } from '../outbox/ports.ts';
import { assertSession } from './assert-session.ts';
import { assertUncommon, hashPassword, verifyPassword } from './passwords.ts';
import type { SessionStore, User, UserStore } from './ports.ts';
import type { PasswordChange } from './schema.ts';
import { applyStatus, type SessionsEnded, userChangedEntry } from './user-status.ts';

interface PasswordServices {
  readonly users: UserStore;
  readonly sessions: SessionStore;
  readonly relay: Relay;
}

/**
 * Gives the caller a new password. Every other session of the user, and every application that acts for them, ends with the next request; API keys stay.
 * @throws Problem `invalid-credentials` for a wrong current password, `validation-error` when the new one is the old one, `forbidden` for an API key.
 */
export async function changePassword(
  services: PasswordServices,
  caller: Caller,
  { current_password, new_password }: PasswordChange,
): Promise<void> {
  assertSession(caller);
  const user = await services.users.byId(caller.userId);
  if (!(await verifyPassword(current_password, user?.passwordHash)) || !user) throw wrongPassword();
  if (current_password === new_password)
    throw invalidField(['new_password'], 'Must differ from the current password', 'custom');
  await assertUncommon(new_password, user, 'new_password');
  await replacePassword(services, user, await hashPassword(new_password), { by: caller });
}

/**
 * Puts another hash in the place of the one that `user` has, and ends the sessions of the old password but for the one that asks.
 * @param by Who asks; without it the operator does, and the password is a temporary one.
 * @throws Problem `invalid-credentials` when the password has changed in the meantime.
 */
export async function replacePassword(
  { users, sessions, relay }: PasswordServices,
  user: User,
  passwordHash: string,
  { by }: { readonly by: Pick<Caller, 'userId' | 'sessionId'> | undefined },
): Promise<User> {
  const entryIds: string[] = [];
  let ended: SessionsEnded | undefined;
  const changed = await users.change(user.id, (current, { at }) => {
    if (current.passwordHash !== user.passwordHash) throw wrongPassword();
    ended = { before: at, except: by?.sessionId };
    const action = by ? 'user.password-changed' : 'user.password-reset';
    const outbox = [
      userChangedEntry(user.id, ended),
      auditEntry(by, { action, target: { type: 'user', id: user.id } }),
    ];
    entryIds.splice(0, entryIds.length, ...outbox.map(({ id }) => id));
    return { changes: { passwordHash, passwordIsTemporary: by === undefined }, outbox };
  });
  if (!changed) throw notFound('user', user.id);
  await applyStatus(sessions, changed, ended);
  await relay.send(entryIds);
  return changed;
}

function wrongPassword(): Problem {
  return new Problem('invalid-credentials', {
    detail: 'The current password is wrong.',
    headers: { 'www-authenticate': 'Bearer' },
  });
}
