import * as z from 'zod';
import type { KeyStatus, KnownUser, SessionFamily } from '../../auth/ports.ts';
import { permissions, roles } from '../../kernel/http/caller.ts';

/*
 * How the sessions table keeps its items: times in milliseconds since 1970, but `expires_at`, DynamoDB's TTL, in seconds.
 */

const Time = z.number().transform((ms) => new Date(ms));

export const userKey = (userId: string) => ({ pk: `user#${userId}` });
export const familyKey = (sessionId: string) => ({ pk: `session#${sessionId}` });
export const apiKeyKey = (hash: string) => ({ pk: `key#${hash}` });

const UserItem = z.object({
  user_id: z.string(),
  role: z.enum(roles),
  is_active: z.boolean(),
  second_factor: z.boolean().default(false),
  version: Time,
  sessions_ended_before: Time.optional(),
  sessions_ended_except: z.string().optional(),
});

const SpentItem = z
  .object({ hash: z.string(), spent_at: Time, successor: z.string() })
  .transform(({ spent_at, ...spent }) => ({ ...spent, spentAt: spent_at }));

const FamilyItem = z.object({
  session_id: z.string(),
  user_id: z.string(),
  user_version: Time,
  mac_key: z.string(),
  ends_at: Time,
  current: z.string(),
  current_expires_at: Time,
  previous: SpentItem.optional(),
  before_previous: z.array(SpentItem).default([]),
  grant: z.object({ client_id: z.string(), resource: z.string(), scope: z.string() }).optional(),
});

const KeyItem = z.object({
  key_id: z.string(),
  user_id: z.string(),
  scopes: z.array(z.enum(permissions)).optional(),
  servers: z.array(z.string()).optional(),
  key_expires_at: Time.optional(),
});

type Item = Readonly<Record<string, unknown>>;

/** A user's status as an item has it; undefined when the item does not exist yet or only ends sessions. */
export function readUser(item: Item | undefined): KnownUser | undefined {
  if (item?.['user_id'] === undefined) return undefined;
  const user = UserItem.parse(item);
  return {
    userId: user.user_id,
    role: user.role,
    isActive: user.is_active,
    hasSecondFactor: user.second_factor,
    version: user.version,
    sessionsEnded: user.sessions_ended_before && {
      before: user.sessions_ended_before,
      except: user.sessions_ended_except,
    },
  };
}

export function readFamily(item: Item | undefined): SessionFamily | undefined {
  // An item of an earlier release: its session is over.
  if (!item || isExpired(item) || item['mac_key'] === undefined) return undefined;
  const family = FamilyItem.parse(item);
  return {
    id: family.session_id,
    userId: family.user_id,
    userVersion: family.user_version,
    macKey: family.mac_key,
    endsAt: family.ends_at,
    current: family.current,
    currentExpiresAt: family.current_expires_at,
    spent: family.previous ? [family.previous, ...family.before_previous] : [],
    grant: family.grant && {
      id: family.session_id,
      clientId: family.grant.client_id,
      resource: family.grant.resource,
      scope: family.grant.scope,
    },
  };
}

export function writeFamily(family: SessionFamily): z.input<typeof FamilyItem> & { pk: string; expires_at: number } {
  const [previous, ...before_previous] = family.spent.map(({ hash, spentAt, successor }) => ({
    hash,
    spent_at: spentAt.getTime(),
    successor,
  }));
  return {
    ...familyKey(family.id),
    session_id: family.id,
    user_id: family.userId,
    user_version: family.userVersion.getTime(),
    mac_key: family.macKey,
    ends_at: family.endsAt.getTime(),
    current: family.current,
    current_expires_at: family.currentExpiresAt.getTime(),
    previous,
    ...(before_previous.length > 0 && { before_previous }),
    grant: family.grant && {
      client_id: family.grant.clientId,
      resource: family.grant.resource,
      scope: family.grant.scope,
    },
    expires_at: seconds(family.currentExpiresAt),
  };
}

export function readKey(item: Item | undefined): KeyStatus | undefined {
  if (!item || isExpired(item)) return undefined;
  const key = KeyItem.parse(item);
  return {
    keyId: key.key_id,
    userId: key.user_id,
    scopes: key.scopes,
    servers: key.servers,
    expiresAt: key.key_expires_at,
  };
}

export function writeKey(hash: string, key: KeyStatus): z.input<typeof KeyItem> & { pk: string } {
  return {
    ...apiKeyKey(hash),
    key_id: key.keyId,
    user_id: key.userId,
    ...(key.scopes && { scopes: [...key.scopes] }),
    ...(key.servers && { servers: [...key.servers] }),
    ...(key.expiresAt && { key_expires_at: key.expiresAt.getTime(), expires_at: seconds(key.expiresAt) }),
  };
}

/** DynamoDB deletes an expired item some time later. */
function isExpired({ expires_at }: Item): boolean {
  return typeof expires_at === 'number' && expires_at * 1000 <= Date.now();
}

function seconds(time: Date): number {
  return Math.ceil(time.getTime() / 1000);
}
