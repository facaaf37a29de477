import { reportSecurityEvent } from '../audit/report-security-event.ts';
import type { Caller } from '../kernel/http/caller.ts';
import { Problem } from '../kernel/errors/problem.ts';
import type { SessionFamily, SessionStore } from './ports.ts';
import { isAuthentic, readRefreshToken } from './refresh-tokens.ts';

/**
 * Ends the session of the access token, of the refresh token, or of both; an ended one may be ended again.
 * @returns the users whose sessions these were.
 * @throws Problem `unauthorized` when neither names a session.
 */
export async function logout(
  { sessions }: { sessions: SessionStore },
  caller: Caller | undefined,
  refreshToken: string | undefined,
): Promise<string[]> {
  if (caller?.sessionId === undefined && refreshToken === undefined) {
    throw new Problem('unauthorized', {
      detail: 'Send the access token of the session, or its refresh token.',
      headers: { 'www-authenticate': 'Bearer' },
    });
  }
  const [, byToken] = await Promise.all([
    caller?.sessionId !== undefined && sessions.endFamily(caller.sessionId),
    refreshToken === undefined ? undefined : endSessionOf(sessions, refreshToken),
  ]);
  const ended = caller?.sessionId ?? byToken?.id;
  if (ended === undefined) return [];
  reportSecurityEvent({
    action: 'user.logged-out',
    actorId: caller?.userId ?? byToken?.userId,
    target: { type: 'session', id: ended },
  });
  const users = [caller?.sessionId === undefined ? undefined : caller.userId, byToken?.userId];
  return [...new Set(users.filter((userId) => userId !== undefined))];
}

async function endSessionOf(sessions: SessionStore, text: string): Promise<SessionFamily | undefined> {
  const token = readRefreshToken(text);
  const family = token && (await sessions.family(token.sessionId));
  if (!family || !isAuthentic(token, family.macKey)) return undefined;
  await sessions.endFamily(family.id);
  return family;
}
