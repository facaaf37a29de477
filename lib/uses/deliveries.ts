import * as z from 'zod';
import type { DeliveryStore, VerifySignature } from '../github/ports.ts';
import { defineUse, type ServicesOfUse } from '../kernel/lambda/uses.ts';
import { dynamoVariables } from './variables/dynamo.ts';

interface Services {
  readonly deliveries: DeliveryStore;
  readonly verifySignature: VerifySignature;
  /** Of the GitHub App's one webhook. */
  readonly appSecret: string | undefined;
}

/** Webhook deliveries, and how they are verified. */
export const use = defineUse({
  variables: {
    ...dynamoVariables,
    GITHUB_WEBHOOK_SECRET: z
      .string()
      .min(16)
      .optional()
      .describe("Secret of the GitHub App's webhook. Connections have secrets of their own besides.")
      .meta({ secret: 'webhook' }),
  },
  async build(settings): Promise<Services> {
    const [{ openDeliveries }, { verifySignature }] = await Promise.all([
      import('../adapters/dynamo/deliveries.ts'),
      import('../adapters/github/verify-signature.ts'),
    ]);
    return { deliveries: openDeliveries(settings), verifySignature, appSecret: settings.GITHUB_WEBHOOK_SECRET };
  },
});

declare module '../kernel/lambda/uses.ts' {
  interface Provides {
    deliveries: ServicesOfUse<typeof use>;
  }
}
