import { randomBytes } from 'node:crypto';
import { auditEntry } from '../audit/audit-entry.ts';
import { reportSecurityEvent } from '../audit/report-security-event.ts';
import { hashPassword } from '../auth/passwords.ts';
import type { User } from '../auth/ports.ts';
import { assertSecondFactor, type SecondFactorServices } from '../auth/second-factor.ts';
import { applyStatus, userChangedEntry } from '../auth/user-status.ts';
import { Problem } from '../kernel/errors/problem.ts';
import { newId } from '../kernel/ids.ts';
import type { ProvedIdentity } from './identity.ts';
import type { IdentityStore } from './ports.ts';
import { type Provider, roleFrom } from './provider.ts';

export interface IdentityServices extends SecondFactorServices {
  readonly identities: IdentityStore;
  readonly identityProviders: readonly Provider[];
}

/**
 * The user whose identity this is, after the second factor if they have one, in the role that the provider gives.
 * @returns undefined when it is nobody's yet, and nobody is to be made of it.
 * @throws Problem `invalid-credentials` for a user who was deactivated; `totp-required`; `user-exists`; `last-admin`.
 */
export async function enterByIdentity(
  services: IdentityServices,
  proved: ProvedIdentity,
  totp: string | undefined,
): Promise<User | undefined> {
  const provider = services.identityProviders.find(({ id }) => id === proved.provider);
  if (!provider)
    throw new Problem('invalid-credentials', { detail: 'This provider is not among those of the platform.' });
  const userId = (await services.identities.userOf(proved)) ?? (await makeUser(services, provider, proved));
  const user = userId === undefined ? undefined : await services.users.byId(userId);
  if (!user) return undefined;
  try {
    if (!user.isActive) throw new Problem('invalid-credentials', { detail: 'The user is not active.' });
    return await followRole(
      services,
      await assertSecondFactor(services, user, totp),
      roleFrom(provider, proved.claims),
    );
  } catch (error) {
    if (error instanceof Problem && error.status < 500)
      reportSecurityEvent({
        action: 'user.login-failed',
        actorId: undefined,
        target: { type: 'user', id: user.id },
        details: { reason: error.type, provider: provider.id },
      });
    throw error;
  }
}

/** Makes an identity that is nobody's yet the user's own, who has just proved who they are here. */
export async function linkIdentity(
  { identities, relay }: Pick<IdentityServices, 'identities' | 'relay'>,
  userId: string,
  { issuer, subject, provider }: ProvedIdentity,
): Promise<void> {
  const entry = auditEntry(
    { userId },
    { action: 'user.identity-linked', target: { type: 'user', id: userId }, details: { provider, issuer } },
  );
  const linkedTo = await identities.link({ id: newId(), issuer, subject, userId }, [entry]);
  if (linkedTo !== userId) throw new Problem('conflict', { detail: 'Another user is linked to this account already.' });
  await relay.send([entry.id]);
}

/** undefined where the name or the address is taken: its user links the identity by their password. */
async function makeUser(
  services: IdentityServices,
  provider: Provider,
  proved: ProvedIdentity,
): Promise<string | undefined> {
  const { users, relay } = services;
  const { email, name } = proved;
  if (!provider.register || email === undefined) return undefined;
  const username = name
    .replace(/@.*$/, '')
    .replace(/[^A-Za-z0-9._-]/g, '-')
    .slice(0, 40)
    .padEnd(3, '-');
  if ((await users.byLogin(email)) ?? (await users.byLogin(username))) return undefined;
  const now = new Date();
  const user: User = {
    id: newId(),
    username,
    email,
    role: roleFrom(provider, proved.claims) ?? 'developer',
    isActive: true,
    // Nobody knows it, so nobody signs in by it.
    passwordHash: await hashPassword(randomBytes(48).toString('base64url')),
    passwordIsTemporary: false,
    secondFactor: undefined,
    createdAt: now,
    updatedAt: now,
  };
  const { issuer, subject } = proved;
  const details = { role: user.role, provider: provider.id, issuer };
  const entry = auditEntry(
    { userId: user.id },
    { action: 'user.registered', target: { type: 'user', id: user.id }, details },
  );
  await users.insert(user, [entry], undefined, { id: newId(), issuer, subject });
  await relay.send([entry.id]);
  return user.id;
}

async function followRole(services: IdentityServices, user: User, role: User['role'] | undefined): Promise<User> {
  if (role === undefined || role === user.role) return user;
  const target = { type: 'user', id: user.id };
  let entryIds: string[] = [];
  const changed = await services.users.change(user.id, (current, { isLastAdmin }) => {
    if (isLastAdmin && role !== 'admin')
      throw new Problem('last-admin', {
        detail: 'The provider takes the role of the last admin. Make somebody else one first.',
      });
    const details = { from: current.role, to: role };
    const outbox = [
      userChangedEntry(user.id, undefined),
      auditEntry(undefined, { action: 'user.role-changed', target, details }),
    ];
    entryIds = outbox.map(({ id }) => id);
    return { changes: { role }, outbox };
  });
  if (!changed) throw new Problem('invalid-credentials');
  await applyStatus(services.sessions, changed, undefined);
  await services.relay.send(entryIds);
  return changed;
}
