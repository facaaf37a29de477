import type { Role } from '../kernel/http/caller.ts';
import { newId } from '../kernel/ids.ts';
import type { ApplicationGrant, KnownUser, SessionFamily, User } from './ports.ts';
import { encryptSuccessor, newMacKey, newRefreshToken, type RefreshToken } from './refresh-tokens.ts';
import type { TokenPair } from './schema.ts';
import type { SigningKey } from './tokens.ts';

const day = 86_400_000;
const slidingMs = 7 * day;
/** A session lasts no longer, however often it is renewed. */
export const absoluteMs = 30 * day;
/** A client whose answer was lost asks again within this time, or has to log in. */
const lostAnswerMs = 10_000;
/** Applications of several processes keep a spent token in their files longer. */
const lostAnswerOfApplicationMs = 60_000;

/** A new session of a user who has just proved who they are, and its first refresh token; with a grant it is an application's. */
export function newSession(
  { id, updatedAt }: Pick<User, 'id' | 'updatedAt'>,
  grant?: ApplicationGrant,
): { family: SessionFamily; token: RefreshToken } {
  const now = Date.now();
  const sessionId = grant?.id ?? newId();
  const macKey = newMacKey();
  const token = newRefreshToken(sessionId, macKey);
  const family: SessionFamily = {
    id: sessionId,
    userId: id,
    userVersion: updatedAt,
    macKey,
    endsAt: new Date(now + absoluteMs),
    current: token.hash,
    currentExpiresAt: new Date(now + slidingMs),
    previous: undefined,
    grant,
  };
  return { family, token };
}

/** The family after its current token, `spent`, was exchanged for a new one. */
export function rotated(family: SessionFamily, spent: RefreshToken): { family: SessionFamily; token: RefreshToken } {
  const now = Date.now();
  const token = newRefreshToken(family.id, family.macKey);
  const next: SessionFamily = {
    ...family,
    current: token.hash,
    currentExpiresAt: new Date(Math.min(now + slidingMs, family.endsAt.getTime())),
    previous: { hash: spent.hash, spentAt: new Date(now), successor: encryptSuccessor(token, spent) },
  };
  return { family: next, token };
}

/** Whether a token is the one that was spent last, so lately that its answer may have been lost on the way. */
export function isLostAnswer({ previous, grant }: SessionFamily, { hash }: RefreshToken): boolean {
  const allowed = grant ? lostAnswerOfApplicationMs : lostAnswerMs;
  return previous?.hash === hash && Math.abs(Date.now() - previous.spentAt.getTime()) <= allowed;
}

/** Whether a session's user may still use it. */
export function isActive(family: SessionFamily, user: KnownUser | undefined): user is KnownUser {
  if (!user?.isActive || user.userId !== family.userId) return false;
  const { sessionsEnded } = user;
  return !sessionsEnded || family.userVersion >= sessionsEnded.before || family.id === sessionsEnded.except;
}

/** The answer to login and refresh. */
export async function tokenPair(
  signingKey: SigningKey,
  { id: sessionId, userId }: SessionFamily,
  role: Role,
  refreshToken: string,
): Promise<TokenPair> {
  return {
    access_token: await signingKey.issue({ userId, sessionId, role }),
    refresh_token: refreshToken,
    token_type: 'bearer',
    expires_in: signingKey.accessTokenSeconds,
  };
}
