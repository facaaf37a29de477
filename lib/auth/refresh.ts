import { reportSecurityEvent } from '../audit/report-security-event.ts';
import { Problem } from '../kernel/errors/problem.ts';
import type { KnownUser, SessionFamily, SessionStore } from './ports.ts';
import { isAuthentic, readRefreshToken, type RefreshToken } from './refresh-tokens.ts';
import type { TokenPair } from './schema.ts';
import { currentFor, isActive, rotated, tokenPair } from './session.ts';
import type { SigningKey } from './tokens.ts';

/** A family whose token was good, and the refresh token that takes its place. */
export interface Refreshed {
  readonly family: SessionFamily;
  readonly user: KnownUser;
  readonly text: string;
}

/**
 * Exchanges a refresh token for a new pair.
 * @throws Problem `invalid-refresh-token`, also for the token of an application.
 */
export async function refresh(
  { sessions, signingKey }: { sessions: SessionStore; signingKey: SigningKey },
  text: string,
): Promise<TokenPair> {
  const { family, user, text: next } = await exchangeRefreshToken(sessions, text, ({ grant }) => !grant);
  return tokenPair(signingKey, family, user.role, next);
}

/**
 * Rotation with reuse detection (RFC 9700, section 4.14.2). The token spent last gets the same successor again within 10 s, as long as that is unused. An application's
 * gets the current one within 60 s, also when some have followed it. Any other spent token ends its session.
 * @param isMeant Whether the family is one for whoever asks; otherwise the token is as good as unknown.
 * @throws Problem `invalid-refresh-token`.
 */
export async function exchangeRefreshToken(
  sessions: SessionStore,
  text: string,
  isMeant: (family: SessionFamily) => boolean,
): Promise<Refreshed> {
  const token = readRefreshToken(text);
  if (!token) throw refused();
  return exchange(sessions, token, isMeant);
}

async function exchange(
  sessions: SessionStore,
  token: RefreshToken,
  isMeant: (family: SessionFamily) => boolean,
): Promise<Refreshed> {
  const family = await sessions.family(token.sessionId);
  if (!family || !isAuthentic(token, family.macKey) || !isMeant(family)) throw refused();
  const current = token.hash === family.current ? token.text : currentFor(family, token);
  if (current === undefined) return endForReuse(sessions, family);

  const user = await sessions.user(family.userId);
  if (!isActive(family, user)) throw refused();
  if (current !== token.text) return { family, user, text: current };

  if (family.currentExpiresAt.getTime() <= Date.now()) throw refused();
  const next = rotated(family, token);
  // Somebody was faster with the same token, which is therefore spent now: it is looked at again as such.
  if (!(await sessions.rotate(next.family, family.current))) return exchange(sessions, token, isMeant);
  return { family: next.family, user, text: next.token.text };
}

async function endForReuse(sessions: SessionStore, { id, userId, grant }: SessionFamily): Promise<never> {
  await sessions.endFamily(id);
  reportSecurityEvent({
    action: 'session.token-reused',
    actorId: userId,
    target: { type: 'session', id },
    details: grant ? { client_id: grant.clientId } : {},
  });
  throw refused();
}

function refused(): Problem {
  return new Problem('invalid-refresh-token', { headers: { 'www-authenticate': 'Bearer error="invalid_token"' } });
}
