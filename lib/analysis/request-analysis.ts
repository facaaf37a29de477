import { allows, type Caller } from '../kernel/http/caller.ts';
import { notFound, Problem } from '../kernel/errors/problem.ts';
import type { Quotas } from '../quotas/quotas.ts';
import type { Encryptor } from '../secrets/encryptor.ts';
import { awaitTask } from '../tasks/await-task.ts';
import type { JobSender, TaskStore } from '../tasks/ports.ts';
import type { Accepted, Task } from '../tasks/schema.ts';
import { submitTask } from '../tasks/submit-task.ts';
import { maxConfigBytes } from '../tools/config.ts';
import type { ToolRecord, ToolStore } from '../tools/ports.ts';
import { visibleConfig } from '../tools/visible-config.ts';
import type * as z from 'zod';
import type { Json } from './json.ts';
import type { AskConfig, AskFeasibility, AskImprovements, JobInput } from './schema.ts';

/** What a task is to do, before it is known what its owner may read. */
type Wanted = JobInput extends infer T ? (T extends unknown ? Omit<T, 'knowledge'> : never) : never;

export interface RequestServices {
  readonly tasks: TaskStore;
  readonly jobs: JobSender;
  readonly encryptor: Encryptor;
  readonly quotas: Quotas;
}

/** What a request gets: the task when it ended in time, else that it has begun. */
export type Answer = Task | z.output<typeof Accepted>;

/**
 * Each of these submits an analysis and waits up to `wait` seconds for its end.
 * @throws Problem `invalid-request` for an empty configuration, `payload-too-large` above 256 KB, `not-found` for a tool.
 */
export async function requestFeasibility(
  services: RequestServices & { tools: Pick<ToolStore, 'find'> },
  caller: Caller,
  { config, tool_id }: AskFeasibility,
  wait: number,
): Promise<Answer> {
  if (tool_id === undefined) return submit(services, caller, { type: 'feasibility', config: checked(config) }, wait);
  const tool = await findTool(services, tool_id);
  return submit(services, caller, { type: 'feasibility', config: described(caller, tool), tool: aboutOf(tool) }, wait);
}

export async function requestImprovements(
  services: RequestServices & { tools: Pick<ToolStore, 'find'> },
  caller: Caller,
  { config, tool_id, tool_name = '', description = '' }: AskImprovements,
  wait: number,
): Promise<Answer> {
  if (tool_id === undefined)
    return submit(
      services,
      caller,
      { type: 'improvements', name: tool_name, description, config: checked(config) },
      wait,
    );
  const tool = await findTool(services, tool_id);
  return submit(
    services,
    caller,
    {
      type: 'improvements',
      name: tool.name,
      description: tool.description,
      config: visibleConfig(caller, tool, tool.config),
      tool: aboutOf(tool),
    },
    wait,
  );
}

export async function requestConfig(
  services: RequestServices,
  caller: Caller,
  { requirements }: z.output<typeof AskConfig>,
  wait: number,
): Promise<Answer> {
  checked(requirements);
  return submit(services, caller, { type: 'generate-config', requirements }, wait);
}

/** What `?wait=` makes of the answer's status. */
export function statusOfAnswer(answer: Answer): number {
  return 'type' in answer ? 200 : 202;
}

export function locationOf({ task_id }: Answer): Record<string, string> {
  return { location: `/api/v1/tasks/${task_id}` };
}

async function submit(services: RequestServices, caller: Caller, input: Wanted, wait: number): Promise<Answer> {
  const { userId } = caller;
  const count = () => services.tasks.countActive(userId);
  const accepted = await services.quotas.within({ name: 'tasks', userId, count }, () =>
    submitTask(services, {
      type: input.type,
      queue: 'analysis',
      ownerId: userId,
      input: { ...input, knowledge: allows(caller, 'knowledge:read') },
      message: 'Waiting for a worker.',
    }),
  );
  return (wait > 0 ? await awaitTask(services, accepted.task_id, wait) : undefined) ?? accepted;
}

function checked(config: Json = {}): Json {
  if (Object.keys(config).length === 0)
    throw new Problem('invalid-request', { detail: 'The object is empty; send a configuration or requirements.' });
  const bytes = Buffer.byteLength(JSON.stringify(config));
  if (bytes > maxConfigBytes)
    throw new Problem('payload-too-large', {
      detail: `The configuration is ${bytes.toLocaleString('en')} bytes; the limit is ${maxConfigBytes.toLocaleString('en')}.`,
    });
  return config;
}

async function findTool({ tools }: { tools: Pick<ToolStore, 'find'> }, idOrSlug: string): Promise<ToolRecord> {
  const tool = await tools.find(idOrSlug);
  if (!tool) throw notFound('tool', idOrSlug);
  return tool;
}

function described(caller: Caller, tool: ToolRecord): Json {
  return { description: tool.description, ...visibleConfig(caller, tool, tool.config) };
}

function aboutOf({ id, revision }: ToolRecord): { id: string; revision: number } {
  return { id, revision };
}
