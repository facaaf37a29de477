import { auditEntry } from '../audit/audit-entry.ts';
import { assertMayGrant } from '../auth/assert-may-grant.ts';
import type { SessionStore, User, UserStore } from '../auth/ports.ts';
import { presentUser } from '../auth/present.ts';
import type { UserView } from '../auth/schema.ts';
import { type StoppingServices, stopDeploymentsOf } from '../deployments/stop-deployment.ts';
import { applyStatus, type SessionsEnded, userChangedEntry } from '../auth/user-status.ts';
import type { Caller } from '../kernel/http/caller.ts';
import { notFound, Problem } from '../kernel/errors/problem.ts';
import type { OutboxEntry } from '../outbox/ports.ts';
import type { UserUpdate } from './schema.ts';

type UserServices = StoppingServices & { readonly users: UserStore; readonly sessions: SessionStore };

/**
 * Gives a user another role, lets them out or in again; true for their next request. Deactivation ends their sessions for good, and stops what runs in their name.
 * @throws Problem `not-found`; `last-admin` when nobody would be left who can undo it.
 */
export async function updateUser(
  services: UserServices,
  caller: Caller,
  userId: string,
  { role, is_active }: UserUpdate,
): Promise<UserView> {
  if (role) assertMayGrant(caller, role);
  const entryIds: string[] = [];
  let ended: SessionsEnded | undefined;
  const { users, sessions, relay } = services;
  const user = await users.change(userId, (current, { at, isLastAdmin }) => {
    const changes = { role: role ?? current.role, isActive: is_active ?? current.isActive };
    const isLeaving = changes.role !== 'admin' || !changes.isActive;
    if (isLastAdmin && isLeaving) throw new Problem('last-admin', { detail: 'Make somebody else an admin first.' });
    const auditActions = changeEntries(caller, current, changes);
    if (auditActions.length === 0) return undefined;
    ended = current.isActive && !changes.isActive ? { before: at, except: undefined } : undefined;
    const outbox = [userChangedEntry(userId, ended), ...auditActions];
    entryIds.splice(0, entryIds.length, ...outbox.map(({ id }) => id));
    return { changes, outbox };
  });
  if (!user) throw notFound('user', userId);
  // Also when nothing changed: then this may be the second try of one whose first did not come this far.
  await applyStatus(sessions, user, ended);
  await relay.send(entryIds);
  if (!user.isActive) await stopDeploymentsOf(services, caller, userId);
  return presentUser(user);
}

function changeEntries(caller: Caller, current: User, next: Pick<User, 'role' | 'isActive'>): OutboxEntry[] {
  const target = { type: 'user', id: current.id };
  const details = { from: current.role, to: next.role };
  return [
    ...(current.role === next.role ? [] : [auditEntry(caller, { action: 'user.role-changed', target, details })]),
    ...(current.isActive === next.isActive
      ? []
      : [auditEntry(caller, { action: next.isActive ? 'user.activated' : 'user.deactivated', target })]),
  ];
}
