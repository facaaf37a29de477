import * as z from 'zod';

/** On the queue `relay`: publish these outbox entries. */
export const RelayRequested = z
  .object({ outbox_ids: z.array(z.uuid()).min(1).max(100) })
  .meta({ examples: [{ outbox_ids: ['019c1385-1a40-7000-8000-000000000004'] }] });
export type RelayRequested = z.output<typeof RelayRequested>;
