import { changeReplicas, withReplica } from './change-replicas.ts';
import { endedBy } from './end-replica.ts';
import type { ContainerTask } from './containers-port.ts';
import type { Replica } from './ports.ts';
import { describeAll, placed, type ReconcileServices } from './run-deployment.ts';

/** A runner reports every 30 s; three missing reports are silence. */
const silentMs = 95_000;
/** From the start of a task to its first word, the pulling of its image included. */
const firstWordMs = 100_000;
/** The cluster may answer late about a task that was just started. */
const youngMs = 10_000;
const stuckMs = 20_000;
/** However many replicas there are, this many are held at once. */
const pageSize = 500;

/** Finds what nobody reported: tasks that ended or fell silent, tasks of nobody's, deployments whose job was lost. */
export async function sweepDeployments(
  services: ReconcileServices,
  now: Date,
): Promise<{ ended: number; silent: number; orphans: number; due: number }> {
  const { deployments, containers, deploymentQueue } = services;
  const running = await containers.list({ desired: 'running' });
  const found = { ended: 0, silent: 0 };
  const known = new Set<string>();
  const due = new Set<string>();
  for (let page = await deployments.alive('', pageSize); page.length > 0;) {
    const alive = page.filter(({ taskId }) => taskId !== 'remote');
    const ids = alive.flatMap(({ taskId }) => taskId ?? []);
    const tasks = await describeAll(containers, ids);
    for (const replica of alive) await look(services, replica, tasks.get(replica.taskId ?? ''), now, found);
    for (const id of ids) known.add(id);
    for (const { stoppingAt, deploymentId } of alive) if (stoppingAt !== undefined) due.add(deploymentId);
    page = page.length < pageSize ? [] : await deployments.alive(page.at(-1)?.id ?? '', pageSize);
  }
  const orphans = await stopOrphans(
    services,
    running.filter((id) => !known.has(id)),
  );
  for (const id of await deployments.stuck(new Date(now.getTime() - stuckMs))) due.add(id);
  for (const id of due) await deploymentQueue.due(id);
  return { ...found, orphans, due: due.size };
}

/** Follows what became of one replica's task, and counts it. */
async function look(
  services: ReconcileServices,
  replica: Replica,
  task: ContainerTask | undefined,
  now: Date,
  found: { ended: number; silent: number },
): Promise<void> {
  if (isGone(replica, task, now)) {
    found.ended += 1;
    await change(services, replica, (current) => endedBy(current, task, now));
  } else if (isSilent(replica, now)) {
    found.silent += 1;
    await change(services, replica, (current) => silenced(current, now));
  } else if (task?.address && replica.host === undefined) {
    await change(services, replica, (current) => ({ ...current, ...placed(task) }));
  }
}

function isGone({ taskId, startedAt }: Replica, task: ContainerTask | undefined, now: Date): boolean {
  if (taskId === undefined) return false;
  return task ? task.status === 'stopped' : now.getTime() - startedAt.getTime() > youngMs;
}

function isSilent({ taskId, seenAt, startedAt, stoppingAt }: Replica, now: Date): boolean {
  if (taskId === undefined || stoppingAt) return false;
  return now.getTime() - (seenAt ?? startedAt).getTime() > (seenAt ? silentMs : firstWordMs);
}

/** Given up: what never spoke has failed, what fell silent is replaced. */
function silenced(replica: Replica, now: Date): Replica {
  const spoke = replica.seenAt !== undefined;
  return {
    ...replica,
    state: spoke ? 'lost' : 'failed',
    stoppingAt: now,
    lastError: {
      reason: spoke ? 'The task fell silent' : 'The task was started but never reported',
      log: replica.lastError?.log ?? [],
    },
  };
}

async function change(
  services: ReconcileServices,
  { id }: Replica,
  alter: (current: Replica) => Replica,
): Promise<void> {
  await changeReplicas(services, { replicaId: id }, (state) =>
    withReplica(state, id, (current) => (current.endedAt ? current : alter(current))),
  );
}

/** Stops tasks that no living replica names; one whose replica does not know its id yet is left alone. */
async function stopOrphans({ containers, deployments }: ReconcileServices, ids: readonly string[]): Promise<number> {
  let stopped = 0;
  for (const task of (await describeAll(containers, ids)).values()) {
    const replicas = await deployments.replicasOf(task.startedBy);
    const wanted = replicas.some(
      ({ endedAt, taskId }) => endedAt === undefined && (taskId === undefined || taskId === task.id),
    );
    if (wanted || task.status === 'stopped') continue;
    await containers.stop(task.id, 'No deployment wants this task');
    stopped += 1;
  }
  return stopped;
}
