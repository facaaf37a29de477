import * as z from 'zod';
import type { Caller } from '../kernel/http/caller.ts';
import type { Count, QuotaCounts } from './ports.ts';
import { defaultQuotas, type QuotaName, quotaNames, type Quotas } from './quotas.ts';

export const Limits = z
  .object({
    limits: z.array(
      z.object({
        quota: z.enum(quotaNames as [QuotaName, ...QuotaName[]]),
        description: z.string(),
        limit: z.number(),
        used: z.number().nullable().meta({ description: 'null: not a sum that is kept.' }),
      }),
    ),
  })
  .meta({ id: 'Limits' });

interface LimitServices {
  readonly quotas: Quotas;
  readonly quotaCounts: QuotaCounts;
  readonly tasks: { readonly countActive: (userId: string) => Promise<Count> };
  readonly documents: { readonly keptBytes: (userId: string) => Promise<Count> };
}

/** What the caller may have and has. */
export async function showLimits(
  { quotas, quotaCounts, tasks, documents }: LimitServices,
  { userId }: Caller,
): Promise<z.output<typeof Limits>> {
  const [tools, apiKeys, connections, running, streams, sockets, active, cost, knowledge] = await Promise.all([
    quotaCounts.tools(userId),
    quotaCounts.apiKeys(userId),
    quotaCounts.connections(userId),
    quotaCounts.deployments(userId),
    quotas.open.count('streams', userId),
    quotas.open.count('sockets', userId),
    tasks.countActive(userId),
    quotaCounts.costToday(userId, quotas.prices),
    documents.keptBytes(userId),
  ]);
  const counted: Partial<Record<QuotaName, Count>> = {
    tools,
    api_keys: apiKeys,
    connections,
    ...running,
    streams,
    sockets,
    tasks: active,
    cost_per_day: cost,
    knowledge_bytes: knowledge,
  };
  return {
    limits: quotaNames.map((quota) => ({
      quota,
      description: defaultQuotas[quota].what,
      limit: quotas.limits[quota].person,
      used: counted[quota]?.person ?? null,
    })),
  };
}
