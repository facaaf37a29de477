import { newId } from '../kernel/ids.ts';
import type { Caller } from '../kernel/http/caller.ts';
import type { Encryptor } from '../secrets/encryptor.ts';
import type { JobSender, TaskStore } from '../tasks/ports.ts';
import { submitTask } from '../tasks/submit-task.ts';
import { findOwnConnection } from './find-connection.ts';
import type { Connection, GithubConnectionStore } from './ports.ts';

export interface QueueSyncServices {
  readonly githubConnections: GithubConnectionStore;
  readonly tasks: TaskStore;
  readonly jobs: JobSender;
  readonly encryptor: Encryptor;
}

/** A task that has given no sign for so long is not waited for. */
const staleMs = 15 * 60_000;

/**
 * Asks for a sync. While one is waiting or running, its task serves this request too: it looks again before it ends.
 * @throws Problem `not-found`, also for somebody else's connection.
 */
export async function requestSync(services: QueueSyncServices, caller: Caller, id: string) {
  return queueSync(services, await findOwnConnection(services, caller, id));
}

/** The same on the platform's own account. A crash after any line of it loses nothing: the request is counted first. */
export async function queueSync(
  services: QueueSyncServices,
  { id, ownerId }: Pick<Connection, 'id' | 'ownerId'>,
): Promise<{ task_id: string; status: 'pending'; message: string }> {
  const fresh = newId();
  const taskId = await services.githubConnections.requestSync(id, fresh, new Date(), new Date(Date.now() - staleMs));
  const serving = taskId ?? fresh;
  const ended = serving !== fresh && isOver(await services.tasks.find(serving));
  // Its worker died after the task and before it let go of the connection.
  if (ended) await services.githubConnections.requestSync(id, fresh, new Date(), new Date());
  return submitTask(services, {
    id: ended ? fresh : serving,
    type: 'github-sync',
    queue: 'github',
    ownerId,
    input: { connection_id: id },
    message: 'Waiting for a worker.',
  });
}

function isOver(task: { readonly status: string } | undefined): boolean {
  return task !== undefined && task.status !== 'pending' && task.status !== 'running';
}

export function locationOf({ task_id }: { readonly task_id: string }): Record<string, string> {
  return { location: `/api/v1/tasks/${task_id}` };
}
