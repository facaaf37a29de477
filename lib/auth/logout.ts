import type { Caller } from '../kernel/caller.ts';
import { Problem } from '../kernel/problem.ts';
import type { TrustStore } from './ports.ts';
import { isSealed, readRefreshToken } from './refresh-tokens.ts';

/**
 * Ends the session of the access token, of the refresh token, or of both; an ended one may be ended again.
 * @throws Problem `unauthorized` when neither names a session.
 */
export async function logout(
  { trust }: { trust: TrustStore },
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
    caller?.sessionId !== undefined && trust.endFamily(caller.sessionId),
    refreshToken !== undefined && endSessionOf(trust, refreshToken),
  ]);
}

async function endSessionOf(trust: TrustStore, text: string): Promise<void> {
  const token = readRefreshToken(text);
  const family = token && (await trust.family(token.sessionId));
  if (family && isSealed(token, family.sealKey)) await trust.endFamily(family.id);
}
