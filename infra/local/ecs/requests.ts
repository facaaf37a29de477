import * as z from 'zod';

/** What the functions send of the ECS API; more of it is ignored, as it says nothing on one machine. */

const Environment = z.array(z.object({ name: z.string(), value: z.string() }));

export const RunTask = z.object({
  cluster: z.string().optional(),
  taskDefinition: z.string().min(1),
  clientToken: z.string().min(1).max(64).optional(),
  startedBy: z.string().max(128).optional(),
  group: z.string().optional(),
  count: z.number().int().min(1).max(10).default(1),
  overrides: z
    .object({
      cpu: z.string().regex(/^\d+$/).optional(),
      memory: z.string().regex(/^\d+$/).optional(),
      containerOverrides: z
        .array(z.object({ name: z.string().optional(), environment: Environment.default([]) }))
        .max(1)
        .default([]),
    })
    .default({ containerOverrides: [] }),
});
export type RunTask = z.output<typeof RunTask>;

export const DescribeTasks = z.object({ tasks: z.array(z.string()).min(1).max(100) });
export const StopTask = z.object({ task: z.string(), reason: z.string().max(1_024).default('') });
export const ListTasks = z.object({
  startedBy: z.string().optional(),
  desiredStatus: z.enum(['RUNNING', 'PENDING', 'STOPPED']).default('RUNNING'),
  maxResults: z.number().int().min(1).max(100).default(100),
  nextToken: z.string().optional(),
});
