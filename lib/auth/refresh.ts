import { currentCorrelation } from '../kernel/log/correlation.ts';
import { Problem } from '../kernel/errors/problem.ts';
import type { SessionFamily, SessionStore } from './ports.ts';
import { isEncrypted, readRefreshToken, type RefreshToken, revealSuccessor } from './refresh-tokens.ts';
import type { TokenPair } from './schema.ts';
import { isActive, isLostAnswer, rotated, tokenPair } from './session.ts';
import type { SigningKeys } from './tokens.ts';

/**
 * Exchanges a refresh token for a new pair (rotation with reuse detection, RFC 9700 section 4.14.2). The token spent last gets the same
 * successor again within 10 s, as long as that is unused; any other spent token ends its session.
 * @throws Problem `invalid-refresh-token`.
 */
export async function refresh(
  services: { sessions: SessionStore; signingKeys: SigningKeys },
  text: string,
): Promise<TokenPair> {
  const token = readRefreshToken(text);
  if (!token) throw refused();
  return exchange(services, token);
}

async function exchange(
  services: { sessions: SessionStore; signingKeys: SigningKeys },
  token: RefreshToken,
): Promise<TokenPair> {
  const { sessions, signingKeys } = services;
  const family = await sessions.family(token.sessionId);
  if (!family || !isEncrypted(token, family.encryptionKey)) throw refused();
  const isCurrent = token.hash === family.current;
  if (!isCurrent && !isLostAnswer(family, token)) return endForReuse(sessions, family);

  const user = await sessions.user(family.userId);
  if (!isActive(family, user)) throw refused();
  if (!isCurrent) return tokenPair(signingKeys, family, user.role, successorOf(family, token));

  if (family.currentExpiresAt.getTime() <= Date.now()) throw refused();
  const next = rotated(family, token);
  // Somebody was faster with the same token, which is therefore spent now: it is looked at again as such.
  if (!(await sessions.rotate(next.family, family.current))) return exchange(services, token);
  return tokenPair(signingKeys, next.family, user.role, next.token.text);
}

function successorOf({ previous }: SessionFamily, spent: RefreshToken): string {
  if (!previous) throw refused();
  return revealSuccessor(previous.successor, spent);
}

async function endForReuse(sessions: SessionStore, { id, userId }: SessionFamily): Promise<never> {
  await sessions.endFamily(id);
  currentCorrelation()?.log.warn('A spent refresh token was used again; its session is ended.', {
    session_id: id,
    user_id: userId,
  });
  throw refused();
}

function refused(): Problem {
  return new Problem('invalid-refresh-token', { headers: { 'www-authenticate': 'Bearer error="invalid_token"' } });
}
