import * as z from 'zod';

const short = z.string().transform((text) => text.slice(0, 255));
const count = z.int().min(0).max(1_000_000);
/** A member that does not fit is left out; the line still counts for the rest. */
const optional = <S extends z.ZodType>(schema: S) => schema.optional().catch(undefined);

/** What metrics are counted from: any report line, as far as it has these members. */
export const MetricLine = z
  .object({
    /** Ours: a line that is delivered twice counts once. */
    report_id: z.uuid(),
    /** The function. */
    logger: optional(short),
    timestamp: optional(z.iso.datetime()),
    level: optional(short),
    route: short,
    method: optional(short),
    status: optional(z.int().min(100).max(599)),
    ms: z.number().min(0).max(86_400_000),
    cache_hits: optional(count),
    cache_misses: optional(count),
    cache_skipped: optional(count),
    limit_skipped: optional(z.boolean()),
    task_type: optional(short),
    task_status: optional(short),
    mcp: optional(
      z
        .array(
          z.object({
            slug: short,
            tool: optional(short),
            method: short,
            status: z.enum(['ok', 'error']),
            duration_ms: z.number().min(0).max(86_400_000),
          }),
        )
        .max(1000),
    ),
  })
  .meta({
    examples: [
      {
        report_id: '019c1385-1a40-7000-8000-000000000004',
        route: 'GET /api/v1/mcps',
        method: 'GET',
        status: 200,
        ms: 4.2,
      },
    ],
  });
export type MetricLine = z.output<typeof MetricLine>;
