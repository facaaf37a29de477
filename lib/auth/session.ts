import type { Role } from '../kernel/http/caller.ts';
import { newId } from '../kernel/ids.ts';
import type { ApplicationGrant, KnownUser, SessionFamily, SpentToken, User } from './ports.ts';
import { decryptSuccessor, encryptSuccessor, newMacKey, newRefreshToken, type RefreshToken } from './refresh-tokens.ts';
import type { TokenPair } from './schema.ts';
import type { SigningKey } from './tokens.ts';

const day = 86_400_000;
const slidingMs = 7 * day;
/** A session lasts no longer, however often it is renewed. */
export const absoluteMs = 30 * day;
/** A client whose answer was lost asks again within this time, or has to log in. */
const lostAnswer = { withinMs: 10_000, tokens: 1 };
/**
 * The processes of an application share its tokens in a file: while one comes with the token that it has read before, others have read the next one from there and
 * spent it as well.
 */
const lostAnswerOfApplication = { withinMs: 60_000, tokens: 8 };
const allowanceOf = ({ grant }: Pick<SessionFamily, 'grant'>) => (grant ? lostAnswerOfApplication : lostAnswer);

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
    spent: [],
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
    spent: [
      { hash: spent.hash, spentAt: new Date(now), successor: encryptSuccessor(token, spent) },
      ...family.spent.filter((each) => wasSpentLately(family, each, now)),
    ].slice(0, allowanceOf(family).tokens),
  };
  return { family: next, token };
}

/**
 * The current token, for whoever comes with one that was spent so lately that its answer may have been lost on the way; undefined for any other.
 * @throws Error when the text is not that of the hash.
 */
export function currentFor(family: SessionFamily, { hash, text }: RefreshToken): string | undefined {
  const last = family.spent.findIndex((each) => each.hash === hash);
  const found = family.spent[last];
  if (!found || !wasSpentLately(family, found, Date.now())) return undefined;
  return family.spent
    .slice(0, last + 1)
    .reduceRight((token, { successor }) => decryptSuccessor(successor, token), text);
}

function wasSpentLately(family: SessionFamily, { spentAt }: SpentToken, now: number): boolean {
  return Math.abs(now - spentAt.getTime()) <= allowanceOf(family).withinMs;
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
