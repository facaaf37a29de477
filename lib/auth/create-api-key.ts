import { auditEntry } from '../audit/audit-entry.ts';
import { allows, type Caller } from '../kernel/caller.ts';
import { newId } from '../kernel/ids.ts';
import { invalidField, Problem } from '../kernel/problem.ts';
import type { Relay } from '../outbox/ports.ts';
import { newApiKeyText } from './api-key-text.ts';
import { demandSession } from './demand-session.ts';
import type { ApiKey, ApiKeyStore, TrustStore } from './ports.ts';
import { presentApiKey } from './present.ts';
import type { ApiKeyRequest, CreatedApiKey } from './schema.ts';

/**
 * Makes an API key. Its text is in this answer alone.
 * @throws Problem `forbidden` for a scope that the caller lacks, or when a key asks; 422 for an end in the past.
 */
export async function createApiKey(
  { apiKeys, trust, relay }: { apiKeys: ApiKeyStore; trust: TrustStore; relay: Relay },
  caller: Caller,
  { name, expires_at, scopes, servers }: ApiKeyRequest,
): Promise<CreatedApiKey> {
  demandSession(caller);
  const missing = scopes?.find((scope) => !allows(caller, scope));
  if (missing !== undefined) {
    throw new Problem('forbidden', {
      detail: `A key cannot do more than its owner: you do not have ${missing}.`,
      extra: { required_permission: missing },
    });
  }
  const now = new Date();
  const expiresAt = expires_at ? new Date(expires_at) : undefined;
  if (expiresAt && expiresAt <= now) throw invalidField(['expires_at'], 'Must be in the future', 'too_small');

  const { text, hash, shown } = newApiKeyText(caller.userId);
  const key: ApiKey = {
    id: newId(),
    userId: caller.userId,
    name,
    prefix: shown,
    scopes: scopes ?? undefined,
    servers: servers ?? undefined,
    createdAt: now,
    expiresAt,
    lastUsedAt: undefined,
    revokedAt: undefined,
  };
  // Standing first: if MySQL then fails, what is left is the standing of a key that nobody has ever seen.
  await trust.putKey(hash, {
    keyId: key.id,
    userId: key.userId,
    scopes: key.scopes,
    servers: key.servers,
    expiresAt,
  });
  const told = auditEntry(caller, {
    action: 'api-key.created',
    target: { type: 'api-key', id: key.id },
    details: { name, prefix: key.prefix, scopes: key.scopes ?? null, servers: key.servers ?? null },
  });
  await apiKeys.insert(key, hash, [told]);
  await relay.send([told.id]);
  return { ...presentApiKey(key), key: text };
}
