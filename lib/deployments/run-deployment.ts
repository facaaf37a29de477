import type { BaseSettings } from '../kernel/settings/settings.ts';
import type { Upstream } from '../upstream/ports.ts';
import type { AccountStore } from '../accounts/ports.ts';
import { alterReplicas, type ReplicaServices, hasWork, withDeployment, withReplica } from './change-replicas.ts';
import { type Containers, type ContainerTask, StartRefused } from './containers-port.ts';
import { credentialsOf } from './credentials.ts';
import { endedBy } from './end-replica.ts';
import { refusalOf } from './launch-policy.ts';
import { currentCorrelation } from '../kernel/log/correlation.ts';
import type { Deployment, DeploymentQueue, DeploymentState, Replica } from './ports.ts';
import { probeRemote, withProbed } from './probe-remote.ts';

export interface ReconcileServices extends ReplicaServices {
  readonly containers: Containers;
  readonly deploymentQueue: DeploymentQueue;
  readonly upstream: Upstream;
  readonly accounts: AccountStore;
  readonly settings: BaseSettings;
}

/** How long a start that is refused is tried again before the deployment has failed. */
const retryForMs = { full: 90_000, away: 600_000, refused: 0 };
const retrySeconds = { first: 5, longest: 60 };

/**
 * Starts and stops tasks until the cluster is as the rows say. Any number of these may run for one deployment, and each may die at any point: a task is
 * started under its replica's id, which starts nothing twice. A start that the cluster refuses for now is tried again by a later message, until its time is up.
 */
export async function reconcile(
  services: ReconcileServices,
  id: string,
): Promise<{ started: number; stopped: number }> {
  const state = await alterReplicas(services, { deploymentId: id }, (before) => before);
  const work = (state?.replicas ?? []).filter(hasWork);
  const stopping = work.filter(({ stoppingAt }) => stoppingAt !== undefined);
  const starting = work.filter(({ stoppingAt }) => stoppingAt === undefined);
  await stopAll(services, stopping);
  for (const replica of starting) {
    const deployment = state?.deployments.find((each) => each.id === replica.deploymentId);
    if (deployment) await start(services, deployment, replica);
  }
  return { started: starting.length, stopped: stopping.length };
}

async function start(services: ReconcileServices, deployment: Deployment, replica: Replica): Promise<void> {
  const refusal = await refusalOf(services, deployment);
  if (refusal !== undefined) return fail(services, replica, refusal);
  if ('url' in deployment.launch) return reachRemote(services, deployment, replica);
  const task = await startTask(services, deployment, replica);
  if (!task) return;
  const after = await follow(services, replica, (state, now) =>
    withReplica(state, replica.id, (current) => ({
      ...current,
      state: current.state === 'requested' ? 'provisioning' : current.state,
      startedAt: now,
      ...placed(task),
    })),
  );
  // The replica was given up while its task was being started.
  if (after?.endedAt) await services.containers.stop(task.id, 'The replica is not wanted any more');
}

/** undefined when the cluster did not take the task: it is tried again later, or the replica has failed. */
async function startTask(
  services: ReconcileServices,
  deployment: Deployment,
  replica: Replica,
): Promise<ContainerTask | undefined> {
  const { bootstrap } = await credentialsOf(services.encryptor, replica);
  try {
    return await services.containers.start({
      clientToken: replica.id,
      startedBy: deployment.id,
      environment: { PLATFORM_URL: services.settings.BASE_URL, BOOTSTRAP_TOKEN: bootstrap },
      cpu: deployment.cpu,
      memoryMb: deployment.memory,
      tags: { owner: deployment.ownerId, slug: deployment.slug },
    });
  } catch (error) {
    if (!(error instanceof StartRefused)) throw error;
    currentCorrelation()?.log.warn('A task was not started.', { deployment_id: deployment.id, error });
    const waitedMs = Date.now() - replica.startedAt.getTime();
    if (waitedMs < retryForMs[error.kind]) {
      const seconds = Math.min(retrySeconds.longest, Math.max(retrySeconds.first, Math.round(waitedMs / 2000)));
      await services.deploymentQueue.due(deployment.id, seconds);
    } else await fail(services, replica, error.message);
    return undefined;
  }
}

async function fail(services: ReconcileServices, { id }: Replica, reason: string): Promise<void> {
  await follow(services, { id }, (state, now) =>
    withReplica(state, id, (current) => ({
      ...current,
      state: 'failed',
      endedAt: now,
      lastError: { reason, log: [] },
    })),
  );
}

/** A remote server needs no task: it is there, or it is not. */
async function reachRemote(services: ReconcileServices, deployment: Deployment, replica: Replica): Promise<void> {
  const probed = await probeRemote(services, deployment);
  const isThere = probed.ok || probed.wantsAccount;
  await follow(services, replica, (state, now) => {
    const reached = withReplica(state, replica.id, (current) => ({
      ...current,
      taskId: 'remote',
      seenAt: now,
      ...(isThere
        ? { state: 'ready' as const, host: 'remote' }
        : { state: 'failed' as const, endedAt: now, lastError: { reason: probed.reason, log: [] } }),
    }));
    return isThere ? withDeployment(reached, deployment.id, (current) => withProbed(current, probed)) : reached;
  });
}

/** Changes a replica, and goes on with what follows from that. */
async function follow(
  services: ReconcileServices,
  { id }: Pick<Replica, 'id'>,
  alter: (state: DeploymentState, now: Date) => DeploymentState,
): Promise<Replica | undefined> {
  const state = await alterReplicas(services, { replicaId: id }, alter);
  await stopAll(
    services,
    (state?.replicas ?? []).filter((each) => hasWork(each) && each.stoppingAt !== undefined),
  );
  return state?.replicas.find((each) => each.id === id);
}

/** Asks tasks to stop, and notes those that have. */
async function stopAll(services: ReconcileServices, replicas: readonly Replica[]): Promise<void> {
  const tasks = replicas.flatMap(({ taskId }) => (taskId === undefined || taskId === 'remote' ? [] : [taskId]));
  await Promise.all(
    tasks.map((taskId) => services.containers.stop(taskId, 'The deployment does not want it any more')),
  );
  const described = await describeAll(services.containers, tasks);
  for (const replica of replicas) {
    const task = described.get(replica.taskId ?? '');
    if (task && task.status !== 'stopped') continue;
    await alterReplicas(services, { replicaId: replica.id }, (state, now) =>
      withReplica(state, replica.id, (current) => endedBy(current, task, now)),
    );
  }
}

/** Tasks by id; the cluster takes 100 at a time. */
export async function describeAll(
  containers: Containers,
  ids: readonly string[],
): Promise<ReadonlyMap<string, ContainerTask>> {
  const tasks: ContainerTask[] = [];
  for (let start = 0; start < ids.length; start += 100)
    tasks.push(...(await containers.describe(ids.slice(start, start + 100))));
  return new Map(tasks.map((task) => [task.id, task]));
}

/** What a replica knows of its task. */
export function placed({
  id,
  address,
}: ContainerTask): Pick<Replica, 'taskId'> & Partial<Pick<Replica, 'host' | 'port'>> {
  return { taskId: id, ...(address && { host: address.host, port: address.port }) };
}
