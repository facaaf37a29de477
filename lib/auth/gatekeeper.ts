import { type Caller, permissionsOf } from '../kernel/caller.ts';
import type { Gatekeeper } from '../kernel/host.ts';
import { Problem } from '../kernel/problem.ts';
import { apiKeyPrefix, readApiKeyText } from './api-key-text.ts';
import { grantsOf } from './grants.ts';
import type { TicketStore, TrustStore } from './ports.ts';
import { isInForce } from './session.ts';
import { takeTicket } from './tickets.ts';
import type { SigningKeys } from './tokens.ts';

/** Admits access tokens and API keys: the signature or hash, and one strongly consistent read of what they stand for now. */
export function createGatekeeper({
  trust,
  tickets,
  signingKeys,
}: {
  trust: TrustStore;
  tickets: TicketStore;
  signingKeys: SigningKeys;
}): Gatekeeper {
  const authenticate = async (credential: string): Promise<Caller> => {
    const caller = credential.startsWith(apiKeyPrefix)
      ? await byApiKey(trust, credential)
      : await byAccessToken(trust, signingKeys, credential);
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

async function byAccessToken(trust: TrustStore, signingKeys: SigningKeys, token: string): Promise<Caller | undefined> {
  const claims = await signingKeys.verify(token);
  if (!claims) return undefined;
  const { family, user } = await trust.session(claims.sid, claims.sub);
  if (!family || !isInForce(family, user)) return undefined;
  return { userId: user.userId, role: user.role, permissions: permissionsOf(user.role), sessionId: family.id };
}

async function byApiKey(trust: TrustStore, credential: string): Promise<Caller | undefined> {
  const text = readApiKeyText(credential);
  if (!text) return undefined;
  const { key, user } = await trust.key(text.hash, text.ownerId);
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
