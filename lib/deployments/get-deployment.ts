import { type Caller, owns } from '../kernel/http/caller.ts';
import { calledBaseUrl } from '../kernel/http/origin.ts';
import type { BaseSettings } from '../kernel/settings/settings.ts';
import type { UsageStore } from '../usage/ports.ts';
import { findDeployment } from './assert-owner.ts';
import type { DeploymentStore } from './ports.ts';
import { presentDeployment } from './present.ts';
import type { DeploymentView } from './schema.ts';

/** @throws Problem `not-found`. */
export async function getDeployment(
  { deployments, usage, settings }: { deployments: DeploymentStore; usage: UsageStore; settings: BaseSettings },
  caller: Caller,
  id: string,
  host: string | undefined,
): Promise<DeploymentView> {
  const deployment = await findDeployment(deployments, id);
  const [replicas, metrics] = await Promise.all([deployments.replicasOf(id), usage.metricsOf(id)]);
  return presentDeployment(deployment, {
    baseUrl: settings.BASE_URL,
    calledUrl: calledBaseUrl(settings.BASE_URL, host),
    replicas,
    metrics,
    isOwn: owns(caller, deployment.ownerId),
  });
}
