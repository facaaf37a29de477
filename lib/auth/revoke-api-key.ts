import type * as z from 'zod';
import { auditEntry } from '../audit/audit-entry.ts';
import { type Caller, owns } from '../kernel/http/caller.ts';
import { notFound } from '../kernel/errors/problem.ts';
import type { Relay } from '../outbox/ports.ts';
import { assertSession } from './assert-session.ts';
import type { ApiKeyStore, SessionStore } from './ports.ts';
import type { RevokedApiKey } from './schema.ts';

/**
 * Ends a key of the caller's (an admin: of anybody's) for the next request. May be repeated.
 * @throws Problem `not-found`, also for somebody else's key; `forbidden` when another key asks.
 */
export async function revokeApiKey(
  { apiKeys, sessions, relay }: { apiKeys: ApiKeyStore; sessions: SessionStore; relay: Relay },
  caller: Caller,
  keyId: string,
): Promise<z.output<typeof RevokedApiKey>> {
  // A key may end itself, so that a program can sign out.
  if (caller.apiKey?.id !== keyId) assertSession(caller);
  const found = await apiKeys.byId(keyId);
  if (!found || !owns(caller, found.key.userId)) throw notFound('api_key', keyId);
  // What requests look at goes first: a failure in between leaves a key that is dead and can be revoked again.
  await sessions.deleteKey(found.hash);
  const entry = auditEntry(caller, {
    action: 'api-key.revoked',
    target: { type: 'api-key', id: keyId },
    details: { name: found.key.name, owner_id: found.key.userId },
  });
  await apiKeys.revoke(keyId, new Date(), [entry]);
  await relay.send([entry.id]);
  return { message: 'The API key is revoked.', id: keyId };
}
