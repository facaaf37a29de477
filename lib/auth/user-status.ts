import type { UserChanged } from '../../events/outbox.ts';
import { newId } from '../kernel/ids.ts';
import type { OutboxEntry } from '../outbox/ports.ts';
import type { SessionStore, User } from './ports.ts';

export type SessionsEnded = Parameters<SessionStore['endFamiliesOf']>[1];

/**
 * Makes the status that requests are checked against follow a user. Each part may be repeated, and an older one than is there changes nothing, so that
 * the relay can do it again when the request that changed the user could not.
 */
export async function applyStatus(sessions: SessionStore, user: User, ended: SessionsEnded | undefined): Promise<void> {
  await sessions.putUser({
    userId: user.id,
    role: user.role,
    isActive: user.isActive,
    hasSecondFactor: user.secondFactor?.isConfirmed === true,
    version: user.updatedAt,
  });
  if (ended) await sessions.endFamiliesOf(user.id, ended);
}

/** The outbox entry of a user whose status has to follow. */
export function userChangedEntry(userId: string, ended: SessionsEnded | undefined): OutboxEntry {
  const sessions_ended = ended ? { before: ended.before.toISOString(), except: ended.except ?? null } : null;
  return { id: newId(), message: { kind: 'user-changed', user_id: userId, sessions_ended } };
}

/** The relay's part: the sessions that {@link userChangedEntry} names. */
export function endedBy({ sessions_ended }: UserChanged): SessionsEnded | undefined {
  if (!sessions_ended) return undefined;
  return { before: new Date(sessions_ended.before), except: sessions_ended.except ?? undefined };
}
