import * as z from 'zod';
import { defineUse, type ServicesOfUse } from '../kernel/lambda/uses.ts';
import { jsonText, positive } from '../kernel/settings/settings.ts';
import { createQuotas, type QuotaName, quotaNames, type Quotas } from '../quotas/quotas.ts';
import { dynamoVariables } from './variables/dynamo.ts';

const Limits = jsonText.pipe(
  z.partialRecord(z.enum(quotaNames as [QuotaName, ...QuotaName[]]), z.number().nonnegative()),
);

/** What each person, and all together, may have. */
export const use = defineUse({
  variables: {
    ...dynamoVariables,
    QUOTAS: Limits.default({}).describe(`JSON: what one person may have, by name: ${quotaNames.join(', ')}.`),
    QUOTAS_TOTAL: Limits.default({}).describe('JSON: what the installation may have, by the same names.'),
    USD_PER_VCPU_HOUR: positive(0.03238).describe('Price of a task, for the quota cost_per_day.'),
    USD_PER_GB_HOUR: positive(0.00356).describe('Price of its memory.'),
  },
  async build(settings): Promise<{ readonly quotas: Quotas }> {
    const { openQuotaStores } = await import('../adapters/dynamo/quotas.ts');
    const quotas = createQuotas({
      ...openQuotaStores(settings),
      person: settings.QUOTAS,
      total: settings.QUOTAS_TOTAL,
      prices: { vcpu: settings.USD_PER_VCPU_HOUR, gigabyte: settings.USD_PER_GB_HOUR },
    });
    return { quotas };
  },
});

declare module '../kernel/lambda/uses.ts' {
  interface Provides {
    quotas: ServicesOfUse<typeof use>;
  }
}
