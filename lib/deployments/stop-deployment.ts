import { setTimeout as sleep } from 'node:timers/promises';
import { auditEntry } from '../audit/audit-entry.ts';
import type { Caller } from '../kernel/http/caller.ts';
import { changeReplicas, type ReplicaServices, withDeployment } from './change-replicas.ts';
import { findOwnDeployment } from './assert-owner.ts';
import type { Deployment, DeploymentQueue } from './ports.ts';
import { reconcile, type ReconcileServices } from './run-deployment.ts';
import { servingTargetMs } from './runner-contract.ts';

/** A server gets 5 s to end by itself and is killed then; this leaves room for the cluster's answer. */
const waitMs = 15_000;
const lookMs = 200;

/**
 * Ends a deployment: its endpoint leads nowhere as soon as the row is written; then its tasks stop, gracefully, then hard. Waits up to 15 s for that.
 * @throws Problem `not-found`, `forbidden`.
 */
export async function stopDeployment(
  services: ReconcileServices & { readonly deploymentQueue: DeploymentQueue },
  caller: Caller,
  id: string,
): Promise<{ message: string; deployment_id: string; stopped_at: string | null }> {
  const { slug } = await findOwnDeployment(services.deployments, caller, id, 'deployments:delete');
  const entry = auditEntry(caller, {
    action: 'deployment.stopped',
    target: { type: 'deployment', id },
    details: { slug },
  });
  await changeReplicas(services, { deploymentId: id }, (state) => withDeployment(state, id, markStopping), [entry]);
  const unreachable = sleep(servingTargetMs);
  await reconcile(services, id);
  const deadline = Date.now() + waitMs;
  let current = await services.deployments.find(id);
  while (current?.status === 'stopping' && Date.now() < deadline) {
    await sleep(lookMs);
    await reconcile(services, id);
    current = await services.deployments.find(id);
  }
  await unreachable;
  const done = current?.status === 'stopped';
  return {
    message: `The deployment of ${slug} is ${done ? 'stopped' : 'stopping'}.`,
    deployment_id: id,
    stopped_at: current?.stoppedAt?.toISOString() ?? null,
  };
}

/** Of no further use: nothing leads to it, and it shall stop. */
export function markStopping(deployment: Deployment): Deployment {
  return deployment.status === 'stopped' ? deployment : { ...deployment, status: 'stopping', active: false };
}

export type StoppingServices = ReplicaServices & { readonly deploymentQueue: DeploymentQueue };

/**
 * Stops everything that runs in a user's name: their servers hold their secrets. The tasks end by the worker.
 * @returns the ids of the deployments that are stopped by this.
 */
export async function stopDeploymentsOf(
  services: StoppingServices,
  by: Pick<Caller, 'userId'> | undefined,
  userId: string,
): Promise<string[]> {
  const running = await services.deployments.activeOf(userId);
  for (const { id, slug } of running) {
    const entry = auditEntry(by, {
      action: 'deployment.stopped',
      target: { type: 'deployment', id },
      details: { slug, because: 'owner-deactivated' },
    });
    await changeReplicas(services, { deploymentId: id }, (state) => withDeployment(state, id, markStopping), [entry]);
  }
  return running.map(({ id }) => id);
}
