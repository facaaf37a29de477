import type { ToolChanged } from '../../events/outbox.ts';
import { auditOf } from '../audit/audit-of.ts';
import type { AuditStore } from '../audit/ports.ts';
import type { SessionStore, UserStore } from '../auth/ports.ts';
import { applyStatus, endedBy } from '../auth/user-status.ts';
import { type LiveServices, publish } from '../live/publish.ts';
import type { HistoryStore } from '../tools/ports.ts';
import type { OutboxStore, StoredOutboxEntry } from './ports.ts';
import { liveEventOf } from './live-event-of.ts';

export interface RelayServices extends LiveServices {
  readonly outbox: OutboxStore;
  readonly history: HistoryStore;
  readonly audit: AuditStore;
  readonly users: UserStore;
  readonly sessions: SessionStore;
}

/**
 * Tells the world of outbox entries and then forgets them. Every effect is keyed by the entry or by what it tells of, so a replay from any point
 * changes nothing; entries that are gone were told by somebody else.
 */
export async function relayEntries(services: RelayServices, ids: readonly string[]): Promise<{ told: number }> {
  const { outbox, history, audit } = services;
  const entries = await outbox.byIds(ids);
  // Before history, so that a MongoDB that is away keeps neither standing nor audit waiting.
  await audit.append(entries.map(auditOf).filter((record) => record !== undefined));
  await followUsers(services, entries);
  await history.append(entries.map(({ message }) => message).filter(isToolChange));
  await tellListeners(services, entries);
  await outbox.remove(entries.map(({ id }) => id));
  return { told: entries.length };
}

/** Last, so that who hears of a change finds it everywhere. */
async function tellListeners(services: LiveServices, entries: readonly StoredOutboxEntry[]): Promise<void> {
  for (const { id, message } of entries) {
    const event = liveEventOf(message);
    if (event) await publish(services, id, event);
  }
}

/** The request has done this already, unless it died between its commit and this. */
async function followUsers(
  { users, sessions }: { users: UserStore; sessions: SessionStore },
  entries: readonly StoredOutboxEntry[],
): Promise<void> {
  for (const { message } of entries) {
    if (message.kind !== 'user-changed') continue;
    const user = await users.byId(message.user_id);
    if (user) await applyStatus(sessions, user, endedBy(message));
  }
}

function isToolChange(message: { readonly kind: string }): message is ToolChanged {
  return message.kind === 'tool-changed';
}
