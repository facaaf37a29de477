import type { Caller } from '../kernel/http/caller.ts';
import type { Quotas } from '../quotas/quotas.ts';

/** Registers a stream or socket that is being opened. @throws Problem `quota-exceeded`. */
export async function enterWithinQuota(
  quotas: Quotas,
  kind: 'streams' | 'sockets',
  { userId }: Caller,
  id: string,
  ttlMs: number,
): Promise<void> {
  const count = () => quotas.open.count(kind, userId);
  await quotas.within({ name: kind, userId, count }, () => quotas.open.enter(kind, userId, id, ttlMs));
}
