import { auditEntry } from '../audit/audit-entry.ts';
import { assertMayGrant } from '../auth/assert-may-grant.ts';
import { inviteHash, newInviteText } from '../auth/invite-text.ts';
import type { Invite, InviteStore } from '../auth/ports.ts';
import type { Caller } from '../kernel/http/caller.ts';
import { newId } from '../kernel/ids.ts';
import type { Relay } from '../outbox/ports.ts';
import type { InviteRequest, InviteView } from './schema.ts';

const hour = 3_600_000;

/**
 * Makes an invitation; its text is in this answer alone. Without a caller it is the operator's.
 * @throws Problem `forbidden` for a role that the caller's key does not hold.
 */
export async function createInvite(
  { invites, relay }: { invites: InviteStore; relay: Relay },
  caller: Caller | undefined,
  { email, role, expires_in_hours }: InviteRequest,
): Promise<InviteView> {
  if (caller) assertMayGrant(caller, role);
  const now = new Date();
  const text = newInviteText();
  const invite: Invite = {
    id: newId(),
    email: email ?? undefined,
    role,
    createdBy: caller?.userId,
    createdAt: now,
    expiresAt: new Date(now.getTime() + expires_in_hours * hour),
    usedAt: undefined,
  };
  const entry = auditEntry(caller, {
    action: 'user.invited',
    target: { type: 'invite', id: invite.id },
    details: { role, email: email ?? null },
  });
  await invites.insert(invite, inviteHash(text), [entry]);
  await relay.send([entry.id]);
  return {
    id: invite.id,
    invite: text,
    email: email ?? null,
    role,
    created_at: now.toISOString(),
    expires_at: invite.expiresAt.toISOString(),
  };
}
