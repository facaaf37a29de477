import { auditEntry } from '../audit/audit-entry.ts';
import { allows, type Caller } from '../kernel/http/caller.ts';
import { newId } from '../kernel/ids.ts';
import { invalidField, Problem } from '../kernel/errors/problem.ts';
import type { Relay } from '../outbox/ports.ts';
import type { QuotaCounts } from '../quotas/ports.ts';
import type { Quotas } from '../quotas/quotas.ts';
import { newApiKeyText } from './api-key-text.ts';
import { assertSession } from './assert-session.ts';
import type { ApiKey, ApiKeyStore, SessionStore } from './ports.ts';
import { presentApiKey } from './present.ts';
import type { ApiKeyRequest, CreatedApiKey } from './schema.ts';

interface KeyServices {
  readonly apiKeys: ApiKeyStore;
  readonly sessions: SessionStore;
  readonly relay: Relay;
  readonly quotas: Quotas;
  readonly quotaCounts: QuotaCounts;
}

/**
 * Makes an API key. Its text is in this answer alone.
 * @throws Problem `forbidden` for a scope that the caller lacks, or when a key asks; `quota-exceeded`; 422 for an end in the past.
 */
export async function createApiKey(
  { apiKeys, sessions, relay, quotas, quotaCounts }: KeyServices,
  caller: Caller,
  { name, expires_at, scopes, servers }: ApiKeyRequest,
): Promise<CreatedApiKey> {
  assertSession(caller);
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

  const { text, hash, prefix } = newApiKeyText(caller.userId);
  const key: ApiKey = {
    id: newId(),
    userId: caller.userId,
    name,
    prefix,
    scopes: scopes ?? undefined,
    servers: servers ?? undefined,
    createdAt: now,
    expiresAt,
    lastUsedAt: undefined,
    revokedAt: undefined,
  };
  const entry = auditEntry(caller, {
    action: 'api-key.created',
    target: { type: 'api-key', id: key.id },
    details: { name, prefix: key.prefix, scopes: key.scopes ?? null, servers: key.servers ?? null },
  });
  const { userId } = key;
  await quotas.within({ name: 'api_keys', userId, count: () => quotaCounts.apiKeys(userId) }, async () => {
    // The status first: if MySQL then fails, what is left is the status of a key that nobody has ever seen.
    await sessions.putKey(hash, { keyId: key.id, userId, scopes: key.scopes, servers: key.servers, expiresAt });
    await apiKeys.insert(key, hash, [entry]);
  });
  await relay.send([entry.id]);
  return { ...presentApiKey(key), key: text };
}
