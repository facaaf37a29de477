import type { OutboxConsumer } from '../outbox/ports.ts';
import type { SessionStore, UserStore } from './ports.ts';
import { applyStatus, endedBy } from './user-status.ts';

/** Applies changed users to their sessions. The request has done this already, unless it died between its commit and this. */
export function userFollower({
  users,
  sessions,
}: {
  readonly users: UserStore;
  readonly sessions: SessionStore;
}): OutboxConsumer {
  return async (entries) => {
    for (const { message } of entries) {
      if (message.kind !== 'user-changed') continue;
      const user = await users.byId(message.user_id);
      if (user) await applyStatus(sessions, user, endedBy(message));
    }
  };
}
