import type { StreamedAnswer } from '../kernel/lambda/declaration.ts';
import type { JobSender, TaskStore } from '../tasks/ports.ts';
import { submitToolCall } from './call-as-task.ts';
import type { ForwardServices } from './forward.ts';
import { type Asked, answerToolCall, readArguments } from './served-tools.ts';

interface Query {
  readonly async: boolean;
  readonly validate: boolean;
}

/**
 * The JSON endpoint of a tool: calls it at once, or as a task that a worker makes.
 * @throws Problem as both do; `invalid-request` for a body that is not JSON.
 */
export async function answerCallRequest(
  services: ForwardServices & { tasks: TaskStore; jobs: JobSender },
  asked: Asked,
  tool: string,
  query: Query,
  body: string,
): Promise<StreamedAnswer> {
  const call = { tool, validate: query.validate, args: readArguments(body) };
  if (!query.async) return answerToolCall(services, asked, call);
  const task = await submitToolCall(services, asked, call);
  return {
    status: 202,
    headers: { 'content-type': 'application/json', location: `/api/v1/tasks/${task.task_id}` },
    body: JSON.stringify(task),
  };
}
