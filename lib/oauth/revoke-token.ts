import type { SessionFamily, SessionStore } from '../auth/ports.ts';
import { isAuthentic, readRefreshToken } from '../auth/refresh-tokens.ts';
import type { VerificationKeys } from '../auth/tokens.ts';
import { clientKey } from './clients.ts';
import { endGrant, type GrantServices } from './grants.ts';
import { answering, jsonReply, OAuthError, readForm, type Reply } from './reply.ts';

/** Token revocation (RFC 7009): ends the whole grant, whichever of its tokens is named. An unknown token is none of anybody's business. */
export function revokeToken(
  services: GrantServices & { readonly verificationKeys: VerificationKeys },
  body: string,
): Promise<Reply> {
  return answering(async () => {
    const { token, client_id } = readForm(body);
    if (token === undefined || token === '') throw new OAuthError('invalid_request', 'Send the token.');
    const family = await familyOf(services, token);
    if (!family) return jsonReply({});
    if (!family.grant)
      throw new OAuthError('unsupported_token_type', 'A login session ends by POST /api/v1/auth/logout.');
    if (client_id !== undefined && clientKey(client_id) !== family.grant.clientId)
      throw new OAuthError('invalid_client', 'The token was issued to another client.');
    await endGrant(services, { userId: family.userId }, family.id);
    return jsonReply({});
  });
}

async function familyOf(
  { sessions, verificationKeys }: { sessions: SessionStore; verificationKeys: VerificationKeys },
  text: string,
): Promise<SessionFamily | undefined> {
  const token = readRefreshToken(text);
  if (!token) {
    const claims = await verificationKeys.verify(text);
    return claims && sessions.family(claims.sid);
  }
  const family = await sessions.family(token.sessionId);
  return family && isAuthentic(token, family.macKey) ? family : undefined;
}
