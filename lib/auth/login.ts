import { Problem } from '../kernel/problem.ts';
import { hashPassword, isOutdated, verifyPassword } from './passwords.ts';
import type { TrustStore, User, UserStore } from './ports.ts';
import type { Credentials, TokenPair } from './schema.ts';
import { newSession, tokenPair } from './session.ts';
import type { SigningKeys } from './tokens.ts';

/**
 * Opens a session. An unknown name, a wrong password and a deactivated user get the same answer after the same time.
 * @throws Problem `invalid-credentials`.
 */
export async function login(
  { users, trust, signingKeys }: { users: UserStore; trust: TrustStore; signingKeys: SigningKeys },
  { username, password }: Credentials,
): Promise<TokenPair> {
  const user = await users.byLogin(username);
  const right = await verifyPassword(password, user?.passwordHash);
  if (!user?.isActive || !right) {
    throw new Problem('invalid-credentials', { headers: { 'www-authenticate': 'Bearer' } });
  }
  const { family, token } = newSession(user);
  const [answer] = await Promise.all([
    tokenPair(signingKeys, family, user.role, token.text),
    trust.openFamily(family),
    // Login is where standing comes from, and where it heals if a change in MySQL was never told.
    trust.putUser({ userId: user.id, role: user.role, isActive: user.isActive, version: user.updatedAt }),
    isOutdated(user.passwordHash) && rehash(users, user, password),
  ]);
  return answer;
}

async function rehash(users: UserStore, user: User, password: string): Promise<void> {
  await users.rehashPassword(user.id, user.passwordHash, await hashPassword(password));
}
