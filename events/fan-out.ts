import * as z from 'zod';

/** On the queue `fan-out`: send one message to some of the many WebSockets that listen. */
export const FanOut = z
  .object({
    message: z.record(z.string(), z.unknown()),
    connection_ids: z.array(z.string().min(1).max(128)).min(1).max(100),
  })
  .meta({
    examples: [
      {
        message: {
          type: 'broadcast',
          id: '019c1385-1a40-7000-8000-000000000007',
          timestamp: '2026-01-31T09:30:00.000Z',
          message: 'Maintenance at 18:00 UTC.',
        },
        connection_ids: ['L0SM9cOFvHcCIhw='],
      },
    ],
  });
export type FanOut = z.output<typeof FanOut>;
