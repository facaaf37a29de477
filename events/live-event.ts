import * as z from 'zod';

/** What subscribers get. On the wire its `data` is beside `type`, `id` and `timestamp`. */
export const LiveEvent = z
  .object({
    type: z.enum(['task_update', 'deployment_status', 'mcp_changed', 'broadcast']),
    timestamp: z.iso.datetime(),
    /** Who may get it: everybody with a permission, or one user (and admins). Without either: everybody who is logged in. */
    audience: z.object({ permission: z.string().optional(), user_id: z.uuid().optional() }),
    data: z.record(z.string(), z.unknown()),
  })
  .meta({
    examples: [
      {
        type: 'mcp_changed',
        timestamp: '2026-01-31T09:30:00.000Z',
        audience: { permission: 'mcps:read' },
        data: {
          tool_id: '019c1385-1a40-7000-8000-000000000005',
          slug: 'acme-weather',
          revision: 1,
          change_type: 'create',
        },
      },
    ],
  });
export type LiveEvent = z.output<typeof LiveEvent>;
