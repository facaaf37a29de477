import { currentCorrelation } from '../kernel/log/correlation.ts';
import { newId } from '../kernel/ids.ts';
import type { Encryptor } from '../secrets/encryptor.ts';
import type { JobQueue, JobSender, TaskStore } from './ports.ts';

/** A task whose message is lost is sent again after this long, then each time after twice as long. */
export const firstDueMs = 60_000;

export interface TaskRequest {
  /** Default: a new one. A task whose id is there already is not made again; its message is sent once more. */
  readonly id?: string;
  readonly type: string;
  readonly queue: JobQueue;
  readonly ownerId: string;
  /** What the worker gets, as JSON, encrypted in the store; at most some hundred KB. */
  readonly input: unknown;
  readonly message: string;
}

/** What ties the encrypted input to its task. */
export const encryptionContextOf = (taskId: string): string => `task:${taskId}`;

/**
 * Writes the task and then sends its message; when that fails the sweeper sends it within two minutes.
 * @throws Problem `service-unavailable` when the task cannot be written.
 */
export async function submitTask(
  { tasks, jobs, encryptor }: { tasks: TaskStore; jobs: JobSender; encryptor: Encryptor },
  { id = newId(), type, queue, ownerId, input, message }: TaskRequest,
): Promise<{ task_id: string; status: 'pending'; message: string }> {
  const createdAt = new Date();
  const encrypted = await encryptor.encrypt(JSON.stringify(input), encryptionContextOf(id));
  const dueAt = new Date(createdAt.getTime() + firstDueMs);
  await tasks.insert({ id, type, queue, ownerId, message, createdAt, dueAt, input: encrypted });
  await jobs.send(queue, { task_id: id }).catch((error: unknown) => {
    currentCorrelation()?.log.warn('The job could not be sent; the sweeper will send it.', { task_id: id, error });
  });
  return { task_id: id, status: 'pending', message };
}
