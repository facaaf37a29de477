import { setTimeout as sleep } from 'node:timers/promises';
import { Problem } from '../../kernel/errors/problem.ts';
import type { StreamedAnswer } from '../../kernel/lambda/declaration.ts';
import type { LiveServices } from '../../live/publish.ts';
import { cancelTask } from '../../tasks/cancel-task.ts';
import { findOwnTask } from '../../tasks/get-task.ts';
import type { JobSender, TaskRecord, TaskStore, TaskSummary } from '../../tasks/ports.ts';
import { codes, errorText, isObject, type Params, type Request, resultText } from '../../upstream/json-rpc.ts';
import { metaKeys } from '../../upstream/stateless-request.ts';
import { submitToolCall } from '../call-as-task.ts';
import { eventOf, streamMs, streamOf } from './follow-changes.ts';
import type { Place } from './names.ts';
import { type AllForwarding, type AllServices, json, refused } from './pass-to-server.ts';

/*
 * Calls as tasks of MCP: a worker makes the call, and its task is one of the platform's. In sessions (2025-11-25) the client says which call is to be a
 * task; in 2026-07-28 (the extension `io.modelcontextprotocol/tasks`) the client says that it understands tasks, and calls of tools that can take long become some.
 */

export type TaskServices = AllServices & LiveServices & { readonly tasks: TaskStore; readonly jobs: JobSender };

export const tasksExtension = 'io.modelcontextprotocol/tasks';
const relatedTask = 'io.modelcontextprotocol/related-task';
const type = 'tool-call';
/** Results are kept for 30 days. */
const keptMs = 30 * 86_400_000;
const pollMs = 1_000;
const lookMs = 300;
const commentMs = 15_000;
const pageSize = 50;

const statuses = {
  pending: 'working',
  running: 'working',
  completed: 'completed',
  failed: 'failed',
  cancelled: 'cancelled',
} as const satisfies Record<TaskSummary['status'], string>;

/** Whether a call is to become a task: by its client's wish, or because its client knows tasks and its tool says that it can be one. */
export function isTask(isModern: boolean, params: Params, tool: Params | undefined): boolean {
  if (!isModern) return isObject(params['task']);
  const execution = tool?.['execution'];
  return knowsTasks(params) && isObject(execution) && execution['taskSupport'] !== 'forbidden';
}

function knowsTasks(params: Params): boolean {
  const meta = isObject(params['_meta']) ? params['_meta'] : {};
  const offered = meta[metaKeys.clientCapabilities];
  const extensions = isObject(offered) ? offered['extensions'] : undefined;
  return isObject(extensions) && isObject(extensions[tasksExtension]);
}

/** Hands a call to a worker, and answers with its task. @throws Problem as a call does that is made at once, as far as that is known beforehand. */
export async function startTask(
  services: TaskServices,
  { caller, request, log, session }: AllForwarding,
  { slug, name }: Place,
  args: unknown,
): Promise<Params> {
  const call = { tool: name, args: isObject(args) ? args : {}, validate: false };
  const submitted = await submitToolCall(services, { caller, slug, request, log }, call, { wholeResult: true });
  const task = viewOf(await findOwnTask(services, caller, submitted.task_id), session === undefined);
  return session ? { task } : { ...task, resultType: 'task' };
}

/** A request about a task. @returns undefined for a method that this revision does not know. */
export async function answerTask(
  services: TaskServices,
  given: AllForwarding,
  { id, method, params }: Request,
  finish: (result: Params) => StreamedAnswer,
): Promise<StreamedAnswer | undefined> {
  const isModern = given.session === undefined;
  if (method === 'tasks/list' && !isModern) return listOf(services, given, params['cursor'], finish, id);
  const known = ['tasks/get', 'tasks/cancel', isModern ? 'tasks/update' : 'tasks/result'];
  if (!known.includes(method)) return undefined;
  if (isModern && !knowsTasks(params)) {
    const data = { requiredCapabilities: { extensions: { [tasksExtension]: {} } } };
    const message = `The client does not declare ${tasksExtension}`;
    return json(400, errorText(id, { code: codes.missingCapability, message, data }));
  }
  const task = await taskOf(services, given, params['taskId']);
  if (!task) return refused(200, id, codes.invalidParams, 'There is no such task');
  if (method === 'tasks/get') return finish(viewOf(task, isModern));
  // Workers ask nothing in the middle of a call, so nothing waits for what an update would bring.
  if (method === 'tasks/update') return finish({});
  if (method === 'tasks/result') return streamOf(resultOf(services, given, id, task.id));
  try {
    await cancelTask(services, given.caller, task.id);
  } catch (error) {
    if (!(error instanceof Problem) || error.type !== 'conflict') throw error;
    if (!isModern) return refused(200, id, codes.invalidParams, `The task is ${task.status} already`);
  }
  return finish(isModern ? {} : viewOf(await findOwnTask(services, given.caller, task.id), false));
}

async function taskOf(
  services: TaskServices,
  { caller }: AllForwarding,
  taskId: unknown,
): Promise<TaskRecord | undefined> {
  if (typeof taskId !== 'string') return undefined;
  try {
    const task = await findOwnTask(services, caller, taskId.slice(0, 100));
    return task.type === type ? task : undefined;
  } catch (error) {
    if (error instanceof Problem && error.status === 404) return undefined;
    throw error;
  }
}

/** The caller's own, newest first. A key that is held to some servers finds its tasks by their ids alone, for a list would show the others' too. */
async function listOf(
  { tasks }: TaskServices,
  { caller }: AllForwarding,
  cursor: unknown,
  finish: (result: Params) => StreamedAnswer,
  id: Request['id'],
): Promise<StreamedAnswer> {
  const offset = cursor === undefined ? 0 : Number(cursor);
  if (!Number.isSafeInteger(offset) || offset < 0 || offset % pageSize !== 0)
    return refused(200, id, codes.invalidParams, 'The cursor is not one of this list');
  if (caller.apiKey?.servers) return finish({ tasks: [] });
  const filter = { ownerId: caller.userId, type, status: undefined };
  const { items, total } = await tasks.list(filter, { offset, limit: pageSize });
  const next = offset + pageSize;
  return finish({ tasks: items.map(sessionView), ...(next < total && { nextCursor: String(next) }) });
}

/** The call's own result, when it is there; until then comments keep the stream open. */
async function* resultOf(
  services: TaskServices,
  { caller, signal }: AllForwarding,
  id: Request['id'],
  taskId: string,
): AsyncGenerator<string> {
  const endsAt = performance.now() + streamMs;
  let quietSince = performance.now();
  for (;;) {
    const task = await findOwnTask(services, caller, taskId);
    if (statuses[task.status] !== 'working') return yield eventOf(endText(id, task));
    if (signal.aborted) return;
    if (performance.now() > endsAt) {
      const message = 'The task has not ended yet: ask again';
      return yield eventOf(errorText(id, { code: codes.timeout, message }));
    }
    if (performance.now() - quietSince > commentMs) {
      quietSince = performance.now();
      yield ': \n\n';
    }
    await sleep(lookMs);
  }
}

function endText(id: Request['id'], task: TaskRecord): string {
  if (task.status !== 'completed') return errorText(id, errorOf(task));
  const result = callResultOf(task);
  const meta = isObject(result['_meta']) ? result['_meta'] : {};
  return resultText(id, { ...result, _meta: { ...meta, [relatedTask]: { taskId: task.id } } });
}

/** The JSON endpoint keeps structured content alone, where there is any. */
function callResultOf({ result }: TaskRecord): Params {
  if (isObject(result) && Array.isArray(result['content'])) return result;
  return { content: [{ type: 'text', text: JSON.stringify(result) }], structuredContent: result };
}

function errorOf({ status, error }: TaskRecord) {
  return status === 'cancelled'
    ? { code: codes.invalidParams, message: 'The task was cancelled' }
    : {
        code: codes.upstream,
        message: error?.detail ?? 'The call failed',
        data: { error_code: error?.error_code ?? 'INTERNAL_ERROR' },
      };
}

function viewOf(task: TaskRecord, isModern: boolean): Params {
  if (!isModern) return sessionView(task);
  const { ttl, pollInterval, ...view } = sessionView(task);
  return {
    ...view,
    ttlMs: ttl,
    pollIntervalMs: pollInterval,
    ...(task.status === 'completed' && { result: callResultOf(task) }),
    ...(task.status === 'failed' && { error: errorOf(task) }),
  };
}

function sessionView({ id, status, message, error, createdAt, startedAt, completedAt }: TaskSummary) {
  return {
    taskId: id,
    status: statuses[status],
    statusMessage: status === 'failed' ? (error?.detail ?? message) : message,
    createdAt: createdAt.toISOString(),
    lastUpdatedAt: (completedAt ?? startedAt ?? createdAt).toISOString(),
    ttl: keptMs,
    pollInterval: pollMs,
  };
}
