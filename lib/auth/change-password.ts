import { auditEntry } from '../audit/audit-entry.ts';
import type { Caller } from '../kernel/http/caller.ts';
import { invalidField, Problem } from '../kernel/errors/problem.ts';
import type { Relay } from '../outbox/ports.ts';
import { assertSession } from './assert-session.ts';
import { hashPassword, verifyPassword } from './passwords.ts';
import type { SessionStore, User, UserStore } from './ports.ts';
import type { PasswordChange } from './schema.ts';
import { applyStatus, type SessionsEnded, userChangedEntry } from './user-status.ts';

/**
 * Gives the caller a new password. Every other session of the user is over with the next request; API keys stay.
 * @throws Problem `invalid-credentials` for a wrong current password, `validation-error` when the new one is the old one, `forbidden` for an API key.
 */
export async function changePassword(
  { users, sessions, relay }: { users: UserStore; sessions: SessionStore; relay: Relay },
  caller: Caller,
  { current_password, new_password }: PasswordChange,
): Promise<void> {
  assertSession(caller);
  const user = await users.byId(caller.userId);
  if (!(await verifyPassword(current_password, user?.passwordHash)) || !user) throw wrongPassword();
  if (current_password === new_password)
    throw invalidField(['new_password'], 'Must differ from the current password', 'custom');
  const passwordHash = await hashPassword(new_password);
  await replacePassword({ users, sessions, relay }, user, passwordHash, caller);
}

/**
 * Puts another hash in the place of the one that `user` has, and ends the sessions of the old password but for the caller's own.
 * @throws Problem `invalid-credentials` when the password has changed in the meantime.
 */
export async function replacePassword(
  { users, sessions, relay }: { users: UserStore; sessions: SessionStore; relay: Relay },
  user: User,
  passwordHash: string,
  caller: Caller | undefined,
): Promise<void> {
  const entryIds: string[] = [];
  let ended: SessionsEnded | undefined;
  const changed = await users.change(user.id, (current, { at }) => {
    if (current.passwordHash !== user.passwordHash) throw wrongPassword();
    ended = { before: at, except: caller?.sessionId };
    const action = caller ? 'user.password-changed' : 'user.password-reset';
    const outbox = [
      userChangedEntry(user.id, ended),
      auditEntry(caller, { action, target: { type: 'user', id: user.id } }),
    ];
    entryIds.splice(0, entryIds.length, ...outbox.map(({ id }) => id));
    return { changes: { passwordHash }, outbox };
  });
  if (changed) await applyStatus(sessions, changed, ended);
  await relay.send(entryIds);
}

function wrongPassword(): Problem {
  return new Problem('invalid-credentials', {
    detail: 'The current password is wrong.',
    headers: { 'www-authenticate': 'Bearer' },
  });
}
