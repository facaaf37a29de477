import { auditEntry } from '../audit/audit-entry.ts';
import { allows, type Caller, type Role } from '../kernel/http/caller.ts';
import { newId } from '../kernel/ids.ts';
import { Problem } from '../kernel/errors/problem.ts';
import type { BaseSettings } from '../kernel/settings/settings.ts';
import type { Relay } from '../outbox/ports.ts';
import { inviteHash } from './invite-text.ts';
import { assertMayGrant } from './assert-may-grant.ts';
import { assertUncommon, hashPassword } from './passwords.ts';
import type { Invite, InviteStore, User, UserStore } from './ports.ts';
import { presentUser } from './present.ts';
import type { Registration, UserView } from './schema.ts';

/**
 * Makes a user. Who may change users may also make admins, and register others where registration is not open.
 * @throws Problem `forbidden`, `registration-closed`, `invalid-invite`, `user-exists`.
 */
export async function register(
  services: {
    users: UserStore;
    invites: InviteStore;
    relay: Relay;
    settings: Pick<BaseSettings, 'REGISTRATION'>;
  },
  caller: Caller | undefined,
  { username, email, password, role, invite }: Registration,
): Promise<UserView> {
  const { users, invites, relay, settings } = services;
  const inviteText = invite ?? undefined;
  const byAdmin = caller !== undefined && allows(caller, 'users:update');
  const mayCome = settings.REGISTRATION === 'open' || byAdmin;
  if (!mayCome && (settings.REGISTRATION === 'closed' || inviteText === undefined)) {
    throw new Problem('registration-closed', { detail: 'An admin has to let new users in.' });
  }
  const invitation = inviteText === undefined ? undefined : await invites.byHash(inviteHash(inviteText));
  if (inviteText !== undefined) assertGood(invitation, email);
  const given = role ?? invitation?.role ?? 'developer';
  assertMayHave(given, { byAdmin: byAdmin ? caller : undefined, invitation, isOpen: settings.REGISTRATION === 'open' });
  await assertUncommon(password, { username, email }, 'password');

  const now = new Date();
  const passwordHash = await hashPassword(password);
  const user: User = {
    id: newId(),
    username,
    email,
    role: given,
    isActive: true,
    passwordHash,
    passwordIsTemporary: false,
    secondFactor: undefined,
    createdAt: now,
    updatedAt: now,
  };
  const entry = auditEntry(caller ?? { userId: user.id }, {
    action: 'user.registered',
    target: { type: 'user', id: user.id },
    details: { role: given, invite_id: invitation?.id ?? null },
  });
  await users.insert(user, [entry], invitation?.id);
  await relay.send([entry.id]);
  return presentUser(user);
}

function assertGood(invite: Invite | undefined, email: string): void {
  const fault = faultOf(invite, email);
  if (fault !== undefined) throw new Problem('invalid-invite', { detail: fault });
}

function faultOf(invite: Invite | undefined, email: string): string | undefined {
  if (!invite || invite.expiresAt <= new Date()) return 'The invitation is unknown, or it has expired.';
  if (invite.usedAt) return 'This invitation has been used.';
  const isTheirs = invite.email === undefined || invite.email.toLowerCase() === email.toLowerCase();
  return isTheirs ? undefined : 'This invitation is for another e-mail address.';
}

/** An invitation gives its own role, an admin any, and everybody may ask for less than an admin's where registration is open. */
function assertMayHave(
  role: Role,
  { byAdmin, invitation, isOpen }: { byAdmin: Caller | undefined; invitation: Invite | undefined; isOpen: boolean },
): void {
  if (invitation ? role === invitation.role : isOpen && role !== 'admin') return;
  if (byAdmin) return assertMayGrant(byAdmin, role);
  throw new Problem('forbidden', {
    detail: invitation ? `This invitation is for the role ${invitation.role}.` : 'Only an admin can make an admin.',
    extra: { required_permission: 'users:update' },
  });
}
