import * as z from 'zod';
import { Id, Timestamp } from '../kernel/ids.ts';
import { pageOf, pageQuery } from '../kernel/http/page.ts';
import { taskStatuses } from './ports.ts';

const Status = z.enum(taskStatuses);

const TaskSummary = z.object({
  task_id: Id,
  type: z.string().meta({ example: 'feasibility' }),
  status: Status,
  progress: z.int().min(0).max(100),
  message: z.string(),
  error: z
    .object({ error_code: z.string(), detail: z.string() })
    .nullable()
    .meta({ description: 'Why it failed; while it is pending, why the last attempt did.' }),
  attempts: z.int(),
  usage: z
    .object({
      model: z.string(),
      calls: z.int(),
      input_tokens: z.int(),
      output_tokens: z.int(),
      cost_usd: z.number(),
      ms: z.number(),
    })
    .nullable()
    .meta({ description: 'What a model was asked for; null when none was.' }),
  created_at: Timestamp,
  started_at: Timestamp.nullable(),
  completed_at: Timestamp.nullable(),
});

export const Task = TaskSummary.extend({
  result: z.unknown().meta({ description: 'By type; null until the task is completed.' }),
}).meta({ id: 'Task' });
export type Task = z.output<typeof Task>;

export const TaskPage = pageOf(TaskSummary).meta({ id: 'TaskPage' });
export type TaskPage = z.output<typeof TaskPage>;

export const TaskId = z.object({ task_id: Id });

export const ListTasks = z.object({
  ...pageQuery,
  type: z.string().min(1).max(50).optional(),
  status: Status.optional(),
});

export const Cancelled = z.object({ message: z.string(), task_id: Id });

/** 202: what was asked for has begun. */
export const Accepted = z
  .object({ task_id: Id, status: z.literal('pending'), message: z.string() })
  .meta({ id: 'TaskAccepted' });
