import { auditFollower } from '../../lib/audit/follow-entries.ts';
import { userFollower } from '../../lib/auth/follow-entries.ts';
import { liveFollower } from '../../lib/live/follow-entries.ts';
import type { OutboxStore } from '../../lib/outbox/ports.ts';
import { publishEntries } from '../../lib/outbox/publish-entries.ts';
import { historyFollower } from '../../lib/tools/follow-entries.ts';

const followers = [auditFollower, userFollower, historyFollower, liveFollower] as const;
type Services = { readonly outbox: OutboxStore } & Parameters<typeof auditFollower>[0] &
  Parameters<typeof userFollower>[0] &
  Parameters<typeof historyFollower>[0] &
  Parameters<typeof liveFollower>[0];

/** What the relay worker does, on services of the caller's own. */
export function publishChanges(services: Services, ids: readonly string[]): Promise<{ published: number }> {
  return publishEntries(
    services.outbox,
    ids,
    followers.map((follower) => follower(services)),
  );
}
