import * as z from 'zod';

/** On every queue of jobs: take up this task. What the job needs stands in the task. */
export const JobRequested = z
  .object({ task_id: z.uuid() })
  .meta({ examples: [{ task_id: '019c1385-1a40-7000-8000-000000000006' }] });
export type JobRequested = z.output<typeof JobRequested>;
