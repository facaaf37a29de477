import { auditEntry } from '../audit/audit-entry.ts';
import { Problem } from '../kernel/errors/problem.ts';
import type { OutboxStore, Relay } from '../outbox/ports.ts';
import { hashPassword, isOutdated, verifyPassword } from './passwords.ts';
import type { SessionStore, User, UserStore } from './ports.ts';
import type { Credentials, TokenPair } from './schema.ts';
import { newSession, tokenPair } from './session.ts';
import type { SigningKeys } from './tokens.ts';

/**
 * Opens a session. An unknown name, a wrong password and a deactivated user get the same answer after the same time.
 * @throws Problem `invalid-credentials`.
 */
export async function login(
  services: { users: UserStore; sessions: SessionStore; signingKeys: SigningKeys; outbox: OutboxStore; relay: Relay },
  { username, password }: Credentials,
): Promise<TokenPair> {
  const { users, sessions, signingKeys } = services;
  const user = await users.byLogin(username);
  const right = await verifyPassword(password, user?.passwordHash);
  if (!user?.isActive || !right) {
    throw new Problem('invalid-credentials', { headers: { 'www-authenticate': 'Bearer' } });
  }
  const { family, token } = newSession(user);
  const [answer] = await Promise.all([
    tokenPair(signingKeys, family, user.role, token.text),
    sessions.openFamily(family),
    // Login is where standing comes from, and where it heals if a change in MySQL was never told.
    sessions.putUser({ userId: user.id, role: user.role, isActive: user.isActive, version: user.updatedAt }),
    isOutdated(user.passwordHash) && rehash(users, user, password),
    tell(services, user, family.id),
  ]);
  return answer;
}

async function tell(
  { outbox, relay }: { outbox: OutboxStore; relay: Relay },
  user: User,
  sessionId: string,
): Promise<void> {
  const target = { type: 'user', id: user.id };
  const entry = auditEntry(
    { userId: user.id },
    { action: 'user.logged-in', target, details: { session_id: sessionId } },
  );
  await outbox.add([entry]);
  await relay.send([entry.id]);
}

async function rehash(users: UserStore, user: User, password: string): Promise<void> {
  await users.rehashPassword(user.id, user.passwordHash, await hashPassword(password));
}
