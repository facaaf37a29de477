import { isDeepStrictEqual } from 'node:util';
import type { DeploymentStatus } from '../../events/outbox.ts';
import { newId } from '../kernel/ids.ts';
import type { OutboxEntry, Relay } from '../outbox/ports.ts';
import type { Encryptor } from '../secrets/encryptor.ts';
import { newReplica } from './credentials.ts';
import type { Deployment, DeploymentQueue, DeploymentStore, Fleet, ReplicasKey, Replica } from './ports.ts';
import { forgetRoute } from './serving-target.ts';
import { settle } from './reconcile-state.ts';

export interface ReplicaServices {
  readonly deployments: DeploymentStore;
  readonly relay: Relay;
  readonly encryptor: Encryptor;
}

/**
 * One change of what a tool has deployed: `alter` says what is new, the consequences are drawn, and what became different is written and told of, with
 * `told` besides.
 * @returns the fleet as it is now; undefined when nothing is there under this key. What `alter` throws rolls back.
 */
export async function alterReplicas(
  { deployments, relay, encryptor }: ReplicaServices,
  key: ReplicasKey,
  alter: (fleet: Fleet, now: Date) => Fleet,
  told: readonly OutboxEntry[] = [],
): Promise<Fleet | undefined> {
  const changed = await deployments.change(key, async (before) => {
    const now = new Date();
    const settled = settle(alter(before, now), now);
    const fresh = await Promise.all(settled.missing.map((each) => newReplica(encryptor, each, now)));
    const fleet: Fleet = {
      toolDeleted: before.toolDeleted,
      deployments: settled.deployments.map((each) => moved(before, each, now)),
      replicas: [...settled.replicas.map((each) => sameOr(before.replicas, each)), ...fresh],
    };
    return { fleet, outbox: [...tellings(before, fleet), ...told] };
  });
  if (!changed) return undefined;
  for (const slug of new Set(changed.fleet.deployments.map((each) => each.slug))) forgetRoute(deployments, slug);
  await relay.send(changed.outbox.map(({ id }) => id));
  return changed.fleet;
}

/** The same, and hands over to the worker what has to be started or stopped. */
export async function changeReplicas(
  services: ReplicaServices & { readonly deploymentQueue: DeploymentQueue },
  key: ReplicasKey,
  alter: (fleet: Fleet, now: Date) => Fleet,
  told: readonly OutboxEntry[] = [],
): Promise<Fleet | undefined> {
  const fleet = await alterReplicas(services, key, alter, told);
  const due = new Set((fleet?.replicas ?? []).filter(hasWork).map(({ deploymentId }) => deploymentId));
  await Promise.all([...due].map((id) => services.deploymentQueue.due(id)));
  return fleet;
}

/** Whether something outside the database has to follow. */
export function hasWork({ endedAt, stoppingAt, taskId }: Replica): boolean {
  return endedAt === undefined && (taskId === undefined || stoppingAt !== undefined);
}

/** The fleet with one deployment replaced. */
export function withDeployment(fleet: Fleet, id: string, change: (deployment: Deployment) => Deployment): Fleet {
  return { ...fleet, deployments: fleet.deployments.map((each) => (each.id === id ? change(each) : each)) };
}

export function withReplica(fleet: Fleet, id: string, change: (replica: Replica) => Replica): Fleet {
  return { ...fleet, replicas: fleet.replicas.map((each) => (each.id === id ? change(each) : each)) };
}

function sameOr<T extends { readonly id: string }>(before: readonly T[], after: T): T {
  const known = before.find(({ id }) => id === after.id);
  return known && isDeepStrictEqual(known, after) ? known : after;
}

function moved(before: Fleet, after: Deployment, now: Date): Deployment {
  const same = sameOr(before.deployments, after);
  return same === after ? { ...after, updatedAt: now } : same;
}

function tellings(before: Fleet, after: Fleet): OutboxEntry[] {
  return after.deployments
    .filter((each) => {
      const known = before.deployments.find(({ id }) => id === each.id);
      return each.status !== known?.status || each.phase !== known.phase || each.health !== known.health;
    })
    .map((each) => ({ id: newId(), message: telling(each) }));
}

function telling(deployment: Deployment): DeploymentStatus {
  return {
    kind: 'deployment-status',
    deployment_id: deployment.id,
    tool_id: deployment.toolId,
    slug: deployment.slug,
    owner_id: deployment.ownerId,
    access: deployment.access,
    status: deployment.status,
    health_status: deployment.health,
    phase: deployment.phase,
    reason: deployment.status === 'failed' ? (deployment.lastError?.reason ?? null) : null,
    at: deployment.updatedAt.toISOString(),
  };
}
