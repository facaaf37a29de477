import type * as z from 'zod';
import type { UserStore } from '../auth/ports.ts';
import { presentUser } from '../auth/present.ts';
import { pageFacts, windowOf } from '../kernel/http/page.ts';
import type { ListUsers, UserPage } from './schema.ts';

/** One page of the users, by name. */
export async function listUsers(
  { users }: { users: UserStore },
  query: z.output<typeof ListUsers>,
): Promise<z.output<typeof UserPage>> {
  const { role, is_active: isActive, search } = query;
  const { items, total } = await users.list({ role, isActive, search }, windowOf(query));
  return { items: items.map(presentUser), ...pageFacts(query, total) };
}
