import type { Caller } from '../kernel/http/caller.ts';
import { Problem } from '../kernel/errors/problem.ts';
import type { SessionStore } from './ports.ts';
import { isEncrypted, readRefreshToken } from './refresh-tokens.ts';

/**
 * Ends the session of the access token, of the refresh token, or of both; an ended one may be ended again.
 * @throws Problem `unauthorized` when neither names a session.
 */
export async function logout(
  { sessions }: { sessions: SessionStore },
  caller: Caller | undefined,
  refreshToken: string | undefined,
): Promise<void> {
  if (caller?.sessionId === undefined && refreshToken === undefined) {
    throw new Problem('unauthorized', {
      detail: 'Send the access token of the session, or its refresh token.',
      headers: { 'www-authenticate': 'Bearer' },
    });
  }
  await Promise.all([
    caller?.sessionId !== undefined && sessions.endFamily(caller.sessionId),
    refreshToken !== undefined && endSessionOf(sessions, refreshToken),
  ]);
}

async function endSessionOf(sessions: SessionStore, text: string): Promise<void> {
  const token = readRefreshToken(text);
  const family = token && (await sessions.family(token.sessionId));
  if (family && isEncrypted(token, family.encryptionKey)) await sessions.endFamily(family.id);
}
