import { type Caller, owns } from '../kernel/http/caller.ts';
import { findDeployment, findOwnDeployment } from './assert-owner.ts';
import type { Deployment, DeploymentStore, HealthStatus, Replica } from './ports.ts';
import { type ProbeServices, probeRemote } from './probe-remote.ts';
import { checkRunner } from './runner-client.ts';

type Services = ProbeServices & { readonly deployments: DeploymentStore };

/**
 * Asks every replica of a deployment now, and notes the outcome. A check of a remote server carries its owner's headers, so it is made for owner and
 * admins; others see how the last one ended.
 * @throws Problem `not-found`; `forbidden` for somebody else's private deployment.
 */
export async function checkDeploymentHealth(services: Services, caller: Caller, id: string) {
  const deployment = await findDeployment(services.deployments, id);
  if (!owns(caller, deployment.ownerId)) {
    if (deployment.access === 'private') await findOwnDeployment(services.deployments, caller, id, 'deployments:read');
    return lastKnown(deployment);
  }
  const replicas = (await services.deployments.replicasOf(id)).filter(({ endedAt }) => endedAt === undefined);
  const check = async (replica: Replica) => {
    const startedAt = performance.now();
    if (!('url' in deployment.launch)) return checkRunner(services, replica);
    const probed = await probeRemote(services, deployment);
    return { healthy: probed.ok || probed.wantsAccount, ms: Math.round(performance.now() - startedAt) };
  };
  const checks = await Promise.all(replicas.map(async (replica) => ({ replica, result: await check(replica) })));
  const health: HealthStatus =
    checks.length === 0 ? 'unknown' : checks.every(({ result }) => result?.healthy) ? 'healthy' : 'unhealthy';
  const now = new Date();
  await services.deployments.checked(id, now, health);
  return {
    deployment_id: id,
    status: deployment.status,
    health_status: health,
    checked_at: now.toISOString(),
    replicas: checks.map(({ replica, result }) => ({
      replica_id: replica.id,
      state: replica.state,
      healthy: result?.healthy ?? false,
      response_time_ms: result?.ms ?? null,
    })),
  };
}

function lastKnown({ id, status, health, lastHealthCheck, updatedAt }: Deployment) {
  return {
    deployment_id: id,
    status,
    health_status: health,
    checked_at: (lastHealthCheck ?? updatedAt).toISOString(),
    replicas: [],
  };
}
