import type { Caller } from '../kernel/http/caller.ts';
import { notFound } from '../kernel/errors/problem.ts';
import type { ApiKeyStore, UserStore } from './ports.ts';
import { presentApiKey, presentUser } from './present.ts';
import type { Me } from './schema.ts';

/** The caller, as far as they may know themselves. */
export async function getMe(
  { users, apiKeys }: { users: UserStore; apiKeys: ApiKeyStore },
  { userId, permissions, apiKey }: Caller,
): Promise<Me> {
  const [user, used] = await Promise.all([users.byId(userId), apiKey && apiKeys.byId(apiKey.id)]);
  if (!user) throw notFound('user', userId);
  return { ...presentUser(user), permissions: [...permissions], ...(used && { api_key: presentApiKey(used.key) }) };
}
