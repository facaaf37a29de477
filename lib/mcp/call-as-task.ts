import * as z from 'zod';
import type { McpCall } from '../../events/report-line.ts';
import { type Caller, permissionsOf, roles } from '../kernel/http/caller.ts';
import type { Encryptor } from '../secrets/encryptor.ts';
import type { JobSender, TaskStore } from '../tasks/ports.ts';
import type { Job, JobDone } from '../tasks/run-job.ts';
import { submitTask } from '../tasks/submit-task.ts';
import type { UsageStore } from '../usage/ports.ts';
import { usageRecord } from '../usage/usage-record.ts';
import type { ForwardServices } from './forward.ts';
import { type Asked, assertCallable, callServedTool, contentOf, type ToolCall } from './served-tools.ts';

/** What the worker gets: the call, and in whose name it is made. */
const CallJob = z.object({
  slug: z.string(),
  tool: z.string(),
  args: z.record(z.string(), z.unknown()),
  caller: z.object({
    userId: z.string(),
    role: z.enum(roles),
    apiKey: z.object({ id: z.string(), hash: z.string(), servers: z.array(z.string()).optional() }).optional(),
  }),
  requestId: z.string(),
  /** As MCP gives it; otherwise the structured content alone, where there is any. */
  wholeResult: z.boolean().default(false),
});

/** A worker lives 15 minutes: before that is the time to say that a call takes too long. */
const callMs = 840_000;
const stepMs = 1_000;

/**
 * Accepts a call that may take long: it is made by a worker, and its result is kept as tasks are.
 * @throws Problem as a call does that is made at once, as far as that is known beforehand: `forbidden`, `not-found`, `validation-error`.
 */
export async function submitToolCall(
  services: ForwardServices & { tasks: TaskStore; jobs: JobSender; encryptor: Encryptor },
  asked: Asked,
  call: ToolCall,
  { wholeResult } = { wholeResult: false },
) {
  await assertCallable(services, asked, call);
  const { userId, role, apiKey } = asked.caller;
  const input: z.input<typeof CallJob> = {
    slug: asked.slug,
    tool: call.tool,
    args: { ...call.args },
    caller: {
      userId,
      role,
      ...(apiKey && {
        apiKey: { id: apiKey.id, hash: apiKey.hash, ...(apiKey.servers && { servers: [...apiKey.servers] }) },
      }),
    },
    requestId: asked.request.requestId,
    wholeResult,
  };
  return submitTask(services, {
    type: 'tool-call',
    queue: 'calls',
    ownerId: userId,
    input,
    message: `Waiting to call ${call.tool} of ${asked.slug}`,
  });
}

/** Makes the call of a task. Its progress is the server's own; the call is counted under the task's id. */
export async function runToolCall(
  services: ForwardServices & { usage: UsageStore },
  { taskId, input, signal, step }: Job,
): Promise<JobDone> {
  const { slug, tool, args, caller, requestId, wholeResult } = CallJob.parse(input);
  const by: Caller = {
    userId: caller.userId,
    role: caller.role,
    permissions: permissionsOf(caller.role),
    ...(caller.apiKey && {
      apiKey: { id: caller.apiKey.id, hash: caller.apiKey.hash, servers: caller.apiKey.servers },
    }),
  };
  let calls: readonly McpCall[] = [];
  const log = {
    set: (fields: Readonly<Record<string, unknown>>) =>
      void (calls = (fields['mcp'] as McpCall[] | undefined) ?? calls),
    warn: () => undefined,
  };
  const request = { method: 'POST', path: '', search: '', requestId, sourceIp: '', headers: {} };
  let steppedAt = 0;
  const onProgress = ({ progress, total, message }: Readonly<Record<string, unknown>>): void => {
    const now = performance.now();
    if (now - steppedAt < stepMs) return;
    steppedAt = now;
    const share = typeof progress === 'number' && typeof total === 'number' && total > 0 ? progress / total : 0;
    const percent = Math.max(0, Math.min(99, Math.round(share * 100)));
    // A task that was cancelled meanwhile is noticed by the signal.
    step(percent, typeof message === 'string' ? message.slice(0, 200) : `Calling ${tool}`).catch(() => undefined);
  };
  try {
    const call = { tool, args, validate: false };
    const called = await callServedTool(services, { caller: by, slug, request, log }, call, {
      timeoutMs: callMs,
      signal,
      onProgress,
    });
    return { result: wholeResult ? called : contentOf(called), message: `${tool} of ${slug} has answered` };
  } finally {
    await services.usage.append(
      calls.map((call) =>
        usageRecord(call, {
          id: taskId,
          requestId,
          userId: by.userId,
          apiKeyId: by.apiKey?.id,
          calledAt: new Date(),
        }),
      ),
    );
  }
}
