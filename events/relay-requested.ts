import * as z from 'zod';

/** On the queue `relay`: tell the world of these outbox entries. */
export const RelayRequested = z.object({ outbox_ids: z.array(z.uuid()).min(1).max(100) });

export type RelayRequested = z.output<typeof RelayRequested>;

export const relayRequestedExample: RelayRequested = {
  outbox_ids: ['019b76da-a800-7000-8000-000000000001'],
};
