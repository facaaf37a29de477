import { isDeepStrictEqual } from 'node:util';
import type { DeploymentStatus } from '../../events/outbox.ts';
import { newId } from '../kernel/ids.ts';
import type { OutboxEntry, Relay } from '../outbox/ports.ts';
import type { Encryptor } from '../secrets/encryptor.ts';
import { newReplica } from './credentials.ts';
import type { Deployment, DeploymentQueue, DeploymentStore, DeploymentState, ReplicasKey, Replica } from './ports.ts';
import { forgetServingTarget } from './serving-target.ts';
import { reconcileState } from './reconcile-state.ts';

export interface ReplicaServices {
  readonly deployments: DeploymentStore;
  readonly relay: Relay;
  readonly encryptor: Encryptor;
}

/**
 * One change of what a tool has deployed: `alter` says what is new, the consequences are drawn, and what became different is written and published,
 * with `extra` besides.
 * @returns the state as it is now; undefined when nothing is there under this key. What `alter` throws rolls back.
 */
export async function alterReplicas(
  { deployments, relay, encryptor }: ReplicaServices,
  key: ReplicasKey,
  alter: (state: DeploymentState, now: Date) => DeploymentState,
  extra: readonly OutboxEntry[] = [],
): Promise<DeploymentState | undefined> {
  const changed = await deployments.change(key, async (before) => {
    const now = new Date();
    const reconciled = reconcileState(alter(before, now), now);
    const fresh = await Promise.all(reconciled.missing.map((each) => newReplica(encryptor, each, now)));
    const state: DeploymentState = {
      toolDeleted: before.toolDeleted,
      deployments: reconciled.deployments.map((each) => moved(before, each, now)),
      replicas: [...reconciled.replicas.map((each) => sameOr(before.replicas, each)), ...fresh],
    };
    return { state, outbox: [...statusEntries(before, state), ...extra] };
  });
  if (!changed) return undefined;
  for (const slug of new Set(changed.state.deployments.map((each) => each.slug)))
    forgetServingTarget(deployments, slug);
  await relay.send(changed.outbox.map(({ id }) => id));
  return changed.state;
}

/** The same, and hands over to the worker what has to be started or stopped. */
export async function changeReplicas(
  services: ReplicaServices & { readonly deploymentQueue: DeploymentQueue },
  key: ReplicasKey,
  alter: (state: DeploymentState, now: Date) => DeploymentState,
  extra: readonly OutboxEntry[] = [],
): Promise<DeploymentState | undefined> {
  const state = await alterReplicas(services, key, alter, extra);
  const due = new Set((state?.replicas ?? []).filter(hasWork).map(({ deploymentId }) => deploymentId));
  await Promise.all([...due].map((id) => services.deploymentQueue.due(id)));
  return state;
}

/** Whether something outside the database has to follow. */
export function hasWork({ endedAt, stoppingAt, taskId }: Replica): boolean {
  return endedAt === undefined && (taskId === undefined || stoppingAt !== undefined);
}

/** The state with one deployment replaced. */
export function withDeployment(
  state: DeploymentState,
  id: string,
  change: (deployment: Deployment) => Deployment,
): DeploymentState {
  return { ...state, deployments: state.deployments.map((each) => (each.id === id ? change(each) : each)) };
}

export function withReplica(
  state: DeploymentState,
  id: string,
  change: (replica: Replica) => Replica,
): DeploymentState {
  return { ...state, replicas: state.replicas.map((each) => (each.id === id ? change(each) : each)) };
}

function sameOr<T extends { readonly id: string }>(before: readonly T[], after: T): T {
  const known = before.find(({ id }) => id === after.id);
  return known && isDeepStrictEqual(known, after) ? known : after;
}

function moved(before: DeploymentState, after: Deployment, now: Date): Deployment {
  const same = sameOr(before.deployments, after);
  return same === after ? { ...after, updatedAt: now } : same;
}

/** What a server offers is followed as its status is. */
function statusEntries(before: DeploymentState, after: DeploymentState): OutboxEntry[] {
  return after.deployments
    .filter((each) => {
      const known = before.deployments.find(({ id }) => id === each.id);
      const isMoved = each.status !== known?.status || each.phase !== known.phase || each.health !== known.health;
      return isMoved || !isDeepStrictEqual(each.tools, known.tools);
    })
    .map((each) => ({ id: newId(), message: statusOf(each) }));
}

function statusOf(deployment: Deployment): DeploymentStatus {
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
    // Everybody who may read deployments is notified of a team's one; the reason may quote what the server printed.
    reason:
      deployment.status === 'failed' && deployment.access === 'private' ? (deployment.lastError?.reason ?? null) : null,
    at: deployment.updatedAt.toISOString(),
  };
}
