import { allows, type Caller, permissionsOf } from '../kernel/http/caller.ts';
import type { Authenticator } from '../kernel/lambda/runtime.ts';
import { Problem } from '../kernel/errors/problem.ts';
import type { BaseSettings } from '../kernel/settings/settings.ts';
import { apiKeyPrefix, readApiKeyText } from './api-key-text.ts';
import { grantsOf } from './grants.ts';
import type { KnownUser, TicketStore, SessionStore } from './ports.ts';
import { isActive } from './session.ts';
import { takeTicket } from './tickets.ts';
import type { AccessClaims, VerificationKeys } from './tokens.ts';

interface Parts {
  readonly sessions: SessionStore;
  readonly tickets: TicketStore;
  readonly verificationKeys: VerificationKeys;
  readonly settings: Pick<BaseSettings, 'BASE_URL' | 'ADMIN_TOTP'>;
}

const maxRemembered = 1000;

/** Authenticates access tokens and API keys: the signature or hash, and one strongly consistent read of what they stand for now. */
export function createAuthenticator(parts: Parts): Authenticator {
  const { tickets, verificationKeys } = parts;
  /** Owners of keys that this process has seen to be good. A key's text names its owner, but anybody can write such a text. */
  const owners = new Map<string, string>();

  const authenticate = async (credential: string, resource?: string): Promise<Caller> => {
    const caller = credential.startsWith(apiKeyPrefix)
      ? await byApiKey(parts, credential, owners)
      : await byAccessToken(parts, credential, resource);
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
    recheck: async ({ userId, sessionId, apiKey }) => {
      if (apiKey) return byKeyHash(parts, apiKey.hash, userId);
      return sessionId === undefined ? undefined : bySession(parts, sessionId, userId);
    },
    identify: async (credential) => {
      const key = readApiKeyText(credential);
      const subject = key ? owners.get(key.hash) : (await verificationKeys.verify(credential))?.sub;
      return subject && `user:${subject}`;
    },
  };
}

async function byAccessToken(parts: Parts, token: string, resource: string | undefined): Promise<Caller | undefined> {
  const { verificationKeys, settings } = parts;
  const claims = await verificationKeys.verify(token);
  if (!claims || !isMeantFor(claims, settings.BASE_URL, resource)) return undefined;
  const caller = await bySession(parts, claims.sid, claims.sub);
  return caller?.application?.clientId === claims.client_id ? caller : undefined;
}

async function bySession(parts: Parts, sessionId: string, ownerId: string): Promise<Caller | undefined> {
  const { family, user } = await parts.sessions.session(sessionId, ownerId);
  if (!family || !isActive(family, user)) return undefined;
  const { userId, role } = user;
  const permissions = permissionsOf(role);
  if (!family.grant) return withSecondFactor(parts, user, { userId, role, permissions, sessionId: family.id });
  const { id: grantId, clientId, scope } = family.grant;
  const mayCall = scope.split(' ').includes('mcp:call') && allows({ permissions }, 'mcp:call');
  return withSecondFactor(parts, user, {
    userId,
    role,
    permissions: mayCall ? ['mcp:call'] : [],
    application: { grantId, clientId },
  });
}

/** A session's token is good everywhere; an application's at the one MCP endpoint that it was made for, and nowhere else. */
function isMeantFor({ aud, client_id }: AccessClaims, baseUrl: string, resource: string | undefined): boolean {
  const audiences = [aud].flat();
  if (client_id === undefined) return audiences.includes(baseUrl);
  return resource !== undefined && audiences.includes(`${baseUrl}${resource}`);
}

async function byApiKey(parts: Parts, credential: string, owners: Map<string, string>): Promise<Caller | undefined> {
  const text = readApiKeyText(credential);
  if (!text) return undefined;
  owners.delete(text.hash);
  const caller = await byKeyHash(parts, text.hash, text.ownerId);
  if (!caller) return undefined;
  owners.set(text.hash, caller.userId);
  const oldest = owners.keys().next();
  if (owners.size > maxRemembered && !oldest.done) owners.delete(oldest.value);
  return caller;
}

async function byKeyHash(parts: Parts, hash: string, ownerId: string): Promise<Caller | undefined> {
  const { key, user } = await parts.sessions.key(hash, ownerId);
  if (!key || !user?.isActive || key.userId !== user.userId) return undefined;
  if (key.expiresAt && key.expiresAt.getTime() <= Date.now()) return undefined;
  return withSecondFactor(parts, user, {
    userId: user.userId,
    role: user.role,
    permissions: grantsOf(user.role, key.scopes),
    apiKey: { id: key.keyId, hash, servers: key.servers },
  });
}

/** An admin without a second factor, where one is required, is nobody in particular. */
function withSecondFactor({ settings }: Parts, user: KnownUser, caller: Caller): Caller {
  if (settings.ADMIN_TOTP !== 'required' || user.role !== 'admin' || user.hasSecondFactor) return caller;
  return { ...caller, role: 'viewer', permissions: [], lacksSecondFactor: true };
}

/** One answer for whatever is wrong with a credential. Some clients show the challenge (RFC 6750, section 3) and not the body. */
function refused(): Problem {
  const detail = 'The access token or API key is invalid or expired.';
  return new Problem('unauthorized', {
    detail,
    headers: { 'www-authenticate': `Bearer error="invalid_token", error_description="${detail}"` },
  });
}
