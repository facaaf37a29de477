import { auditEntry } from '../audit/audit-entry.ts';
import type { Caller } from '../kernel/http/caller.ts';
import { notFound, Problem } from '../kernel/errors/problem.ts';
import { assertCost, type CostServices } from './assert-cost.ts';
import { changeReplicas, type ReplicaServices, withDeployment } from './change-replicas.ts';
import { findOwnDeployment } from './assert-owner.ts';
import type { Deployment, DeploymentQueue, DeploymentState } from './ports.ts';

type Services = ReplicaServices & { readonly deploymentQueue: DeploymentQueue };

/**
 * Starts a deployment's replicas anew. Those that serve go on until the new ones are ready.
 * @throws Problem `not-found`, `forbidden`, `conflict` when it was stopped, `deployment-exists` when another has taken its place, `quota-exceeded`.
 */
export async function restartDeployment(services: Services & CostServices, caller: Caller, id: string) {
  const deployment = await findOwnDeployment(services.deployments, caller, id, 'deployments:update');
  await assertCost(services, caller, deployment);
  const entry = auditEntry(caller, {
    action: 'deployment.restarted',
    target: { type: 'deployment', id },
    details: { slug: deployment.slug },
  });
  const alter = (before: DeploymentState): DeploymentState => {
    const active = before.deployments.find((each) => each.active && each.id !== id);
    return withDeployment(before, id, (current) => {
      if (current.status === 'stopped' || current.status === 'stopping')
        throw new Problem('conflict', { detail: 'The deployment was stopped; make a new one.' });
      if (active) throw new Problem('deployment-exists', { detail: 'Another deployment has taken its place.' });
      return startedAnew(current, 'restarting');
    });
  };
  const state = await changeReplicas(services, { deploymentId: id }, alter, [entry]);
  const restarted = state?.deployments.find((each) => each.id === id);
  if (!restarted) throw notFound('deployment', id);
  return {
    message: `The deployment of ${restarted.slug} starts anew.`,
    deployment_id: id,
    status: restarted.status,
  };
}

/**
 * Brings a deployment back that stopped for want of calls. Nothing happens to one that is on its way already.
 * @throws Problem `quota-exceeded`.
 */
export async function wakeDeployment(
  services: Services & CostServices,
  caller: Caller,
  deployment: Deployment,
): Promise<void> {
  await assertCost(services, caller, deployment);
  const { id } = deployment;
  await changeReplicas(services, { deploymentId: id }, (before) =>
    withDeployment(before, id, (current) => (current.status === 'idle' ? startedAnew(current, 'starting') : current)),
  );
}

function startedAnew(deployment: Deployment, status: 'starting' | 'restarting'): Deployment {
  return {
    ...deployment,
    status,
    phase: 'queued',
    active: true,
    generation: deployment.generation + 1,
    lastError: undefined,
  };
}
