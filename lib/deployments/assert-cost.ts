import { type Caller, owns } from '../kernel/http/caller.ts';
import { Problem } from '../kernel/errors/problem.ts';
import type { QuotaCounts } from '../quotas/ports.ts';
import type { Quotas } from '../quotas/quotas.ts';
import type { Deployment } from './ports.ts';

export interface CostServices {
  readonly quotas: Quotas;
  readonly quotaCounts: QuotaCounts;
}

/**
 * Asked whenever tasks are about to start: by a new deployment, a restart, and the call that wakes an idle one. Remote servers need no task.
 * @throws Problem `quota-exceeded` when what the owner's servers, or all, may cost on a UTC day is used up. Only the owner and admins learn how much that is.
 */
export async function assertCost(
  { quotas, quotaCounts }: CostServices,
  caller: Caller,
  { ownerId, launch }: Pick<Deployment, 'ownerId' | 'launch'>,
): Promise<void> {
  if ('url' in launch) return;
  try {
    quotas.assert('cost_per_day', await quotaCounts.costToday(ownerId, quotas.prices), 0);
  } catch (error) {
    if (owns(caller, ownerId) || !(error instanceof Problem)) throw error;
    throw new Problem('quota-exceeded', {
      detail:
        'The server sleeps, and what servers may cost today is used up. It can be called again after midnight UTC.',
      extra: { quota: 'cost_per_day' },
    });
  }
}
