import * as z from 'zod';

/** What an outbox entry says. `kind` tells the relay worker what to do with it. */
export const ToolChanged = z
  .object({
    kind: z.literal('tool-changed'),
    tool_id: z.uuid(),
    revision: z.int().positive(),
    version: z.string(),
    slug: z.string(),
    change_type: z.enum(['create', 'update', 'delete', 'restore', 'sync']),
    changed_by: z.uuid(),
    changed_at: z.iso.datetime(),
    /** The whole tool as it was after the change; history keeps it. */
    snapshot: z.object({
      name: z.string(),
      description: z.string(),
      status: z.enum(['draft', 'active', 'deprecated']),
      config: z.record(z.string(), z.unknown()),
    }),
  })
  .meta({
    examples: [
      {
        kind: 'tool-changed',
        tool_id: '019c1385-1a40-7000-8000-000000000005',
        revision: 1,
        version: '1.0.0',
        slug: 'acme-weather',
        change_type: 'create',
        changed_by: '019c1385-1a40-7000-8000-000000000002',
        changed_at: '2026-01-31T09:30:00.000Z',
        snapshot: { name: 'Acme Weather', description: 'Forecasts.', status: 'draft', config: { servers: [] } },
      },
    ],
  });

export const OutboxMessage = z.discriminatedUnion('kind', [ToolChanged]);
export type OutboxMessage = z.output<typeof OutboxMessage>;
export type ToolChanged = z.output<typeof ToolChanged>;
