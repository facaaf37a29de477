import { type Caller, permissionsOf } from '../kernel/http/caller.ts';
import type { Authenticator } from '../kernel/lambda/runtime.ts';
import { Problem } from '../kernel/errors/problem.ts';
import { apiKeyPrefix, readApiKeyText } from './api-key-text.ts';
import { grantsOf } from './grants.ts';
import type { TicketStore, SessionStore } from './ports.ts';
import { isActive } from './session.ts';
import { takeTicket } from './tickets.ts';
import type { SigningKeys } from './tokens.ts';

/** Admits access tokens and API keys: the signature or hash, and one strongly consistent read of what they stand for now. */
export function createAuthenticator({
  sessions,
  tickets,
  signingKeys,
}: {
  sessions: SessionStore;
  tickets: TicketStore;
  signingKeys: SigningKeys;
}): Authenticator {
  const authenticate = async (credential: string): Promise<Caller> => {
    const caller = credential.startsWith(apiKeyPrefix)
      ? await byApiKey(sessions, credential)
      : await byAccessToken(sessions, signingKeys, credential);
    if (!caller) throw refused();
    return caller;
  };
  return {
    authenticate,
    redeem: async (ticket) => {
      const credential = await takeTicket(tickets, ticket);
      if (credential === undefined) throw refused();
      return authenticate(credential);
    },
    identify: async (credential) => {
      const key = readApiKeyText(credential);
      if (key) return `key:${key.hash.slice(0, 16)}`;
      const claims = await signingKeys.verify(credential);
      return claims && `user:${claims.sub}`;
    },
  };
}

async function byAccessToken(
  sessions: SessionStore,
  signingKeys: SigningKeys,
  token: string,
): Promise<Caller | undefined> {
  const claims = await signingKeys.verify(token);
  if (!claims) return undefined;
  const { family, user } = await sessions.session(claims.sid, claims.sub);
  if (!family || !isActive(family, user)) return undefined;
  return { userId: user.userId, role: user.role, permissions: permissionsOf(user.role), sessionId: family.id };
}

async function byApiKey(sessions: SessionStore, credential: string): Promise<Caller | undefined> {
  const text = readApiKeyText(credential);
  if (!text) return undefined;
  const { key, user } = await sessions.key(text.hash, text.ownerId);
  if (!key || !user?.isActive || key.userId !== user.userId) return undefined;
  if (key.expiresAt && key.expiresAt.getTime() <= Date.now()) return undefined;
  return {
    userId: user.userId,
    role: user.role,
    permissions: grantsOf(user.role, key.scopes),
    apiKey: { id: key.keyId, servers: key.servers },
  };
}

/** One answer for whatever is wrong with a credential. */
function refused(): Problem {
  return new Problem('unauthorized', {
    detail: 'The access token or API key is not valid, or not any more.',
    headers: { 'www-authenticate': 'Bearer error="invalid_token"' },
  });
}
