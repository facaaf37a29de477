import { RelayRequested } from '../../events/relay-requested.ts';
import { auditFollower } from '../../lib/audit/follow-entries.ts';
import { userFollower } from '../../lib/auth/follow-entries.ts';
import { worker } from '../../lib/kernel/lambda/worker.ts';
import { liveFollower } from '../../lib/live/follow-entries.ts';
import { knowledgeFollower } from '../../lib/knowledge/tools/index-tool.ts';
import { publishEntries } from '../../lib/outbox/publish-entries.ts';
import { deactivationFollower } from '../../lib/users/follow-entries.ts';
import { historyFollower } from '../../lib/tools/follow-entries.ts';

export const handler = worker({
  queue: 'relay',
  summary: 'Publishes committed changes: audit log, user status, history, live events',
  message: RelayRequested,
  uses: ['mysql', 'mongo', 'sessions', 'live', 'sockets', 'queues', 'secrets'],
  timeoutSeconds: 30,
  run: async ({ message, services, log }) => {
    // MongoDB comes late, so that it keeps neither users nor audit waiting while it is away; listeners come last, so that what they learn of is there.
    const order = [auditFollower, userFollower, deactivationFollower, historyFollower, knowledgeFollower, liveFollower];
    const followers = order.map((follower) => follower(services));
    log.set(await publishEntries(services.outbox, message.outbox_ids, followers));
  },
});
