import type * as z from 'zod';
import { type Caller, isAdmin } from '../kernel/http/caller.ts';
import { pageFacts, windowOf } from '../kernel/http/page.ts';
import type { TaskStore } from './ports.ts';
import { presentTaskSummary } from './present.ts';
import type { ListTasks, TaskPage } from './schema.ts';

/** One page of the caller's tasks, newest first, without results; an admin sees everybody's. */
export async function listTasks(
  { tasks }: { tasks: TaskStore },
  caller: Caller,
  query: z.output<typeof ListTasks>,
): Promise<TaskPage> {
  const ownerId = isAdmin(caller) ? undefined : caller.userId;
  const { items, total } = await tasks.list({ ownerId, type: query.type, status: query.status }, windowOf(query));
  return { items: items.map(presentTaskSummary), ...pageFacts(query, total) };
}
