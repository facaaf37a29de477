import type { Caller } from '../kernel/http/caller.ts';
import type { QuotaCounts } from '../quotas/ports.ts';
import type { Quotas } from '../quotas/quotas.ts';

export interface ToolQuota {
  readonly quotas: Quotas;
  readonly quotaCounts: QuotaCounts;
}

/** Makes tools, if their author may have as many. @throws Problem `quota-exceeded`. */
export function withinToolQuota<T>(
  { quotas, quotaCounts }: ToolQuota,
  { userId }: Caller,
  adding: number,
  work: () => Promise<T>,
): Promise<T> {
  return quotas.within({ name: 'tools', userId, adding, count: () => quotaCounts.tools(userId) }, work);
}
