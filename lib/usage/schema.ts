import * as z from 'zod';
import { Moment } from '../kernel/http/fields.ts';
import { Id, Timestamp } from '../kernel/ids.ts';

const usageGroups = ['day', 'hour', 'tool', 'user'] as const;

export const ReadUsage = z.object({
  tool_id: Id.optional(),
  deployment_id: Id.optional(),
  user_id: Id.optional(),
  from: Moment.optional().meta({ description: 'Default: 30 days before the end.' }),
  to: Moment.optional().meta({ description: 'Default: now.' }),
  group: z.enum(usageGroups).default('day'),
});

const Figures = z.object({
  calls: z.int(),
  errors: z.int(),
  p50_ms: z.int().nullable(),
  p95_ms: z.int().nullable(),
  bytes_in: z.int(),
  bytes_out: z.int(),
});

export const Usage = z
  .object({
    from: Timestamp,
    to: Timestamp,
    group: z.enum(usageGroups),
    items: z.array(
      Figures.extend({
        key: z.string().meta({ description: 'The day, the hour, or the id of tool or user.' }),
        slug: z.string().optional().meta({ description: "The tool's, where they are grouped by tool." }),
        username: z
          .string()
          .optional()
          .meta({ description: "The user's, for admins, where they are grouped by user." }),
        list_price_usd: z.number().meta({
          description:
            'What Fargate lists for the replicas that ran: at this time, of this tool, of deployments of this user.',
        }),
      }),
    ),
    total: Figures,
    running: z
      .object({ hours: z.number(), vcpu_hours: z.number(), gb_hours: z.number(), list_price_usd: z.number() })
      .meta({
        description:
          "What the replicas of the reader's deployments ran for, and what Fargate (Linux on ARM, us-east-1) lists for that.",
      }),
  })
  .meta({ id: 'Usage' });
