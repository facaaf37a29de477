import type * as z from 'zod';
import type { Caller } from '../kernel/http/caller.ts';
import { pageFacts, type PageRequest, windowOf } from '../kernel/http/page.ts';
import type { ApiKeyStore } from './ports.ts';
import { presentApiKey } from './present.ts';
import type { ApiKeyPage } from './schema.ts';

/** One page of the caller's own keys, newest first, the revoked ones too. */
export async function listApiKeys(
  { apiKeys }: { apiKeys: ApiKeyStore },
  caller: Caller,
  page: PageRequest,
): Promise<z.output<typeof ApiKeyPage>> {
  const { items, total } = await apiKeys.listOf(caller.userId, windowOf(page));
  return { items: items.map(presentApiKey), ...pageFacts(page, total) };
}
