import type * as z from 'zod';
import { Problem } from '../kernel/errors/problem.ts';
import { alterReplicas, type ReplicaServices, withReplica } from './change-replicas.ts';
import { credentialsOf, hashOf } from './credentials.ts';
import { resolveLaunch } from './launch.ts';
import type { Replica } from './ports.ts';
import { LaunchDocument, type RedeemRequest } from './runner-contract.ts';
import { openSecrets } from './secrets.ts';

/** An answer may be lost on the way: the same runner may ask again for so long. */
const repeatMs = 60_000;

/**
 * Exchanges a bootstrap token for what the runner has to start. It works once, for the runner that comes first.
 * @throws Problem `unauthorized`.
 */
export async function redeemBootstrap(
  services: ReplicaServices,
  { token, nonce }: z.output<typeof RedeemRequest>,
): Promise<LaunchDocument> {
  const replica = await services.deployments.byBootstrap(hashOf(token));
  if (!replica) throw refused();
  const state = await alterReplicas(services, { replicaId: replica.id }, (before, now) =>
    withReplica(before, replica.id, (current) => redeemed(current, nonce, now)),
  );
  const deployment = state?.deployments.find(({ id }) => id === replica.deploymentId);
  if (!deployment) throw refused();
  const [{ report, proxy }, secrets] = await Promise.all([
    credentialsOf(services.encryptor, replica),
    openSecrets(services.encryptor, deployment),
  ]);
  return LaunchDocument.parse({
    deployment_id: deployment.id,
    replica_id: replica.id,
    report_token: report,
    proxy_secret: proxy,
    idle_timeout_s: deployment.idleTimeoutS ?? 0,
    options: deployment.options,
    server: resolveLaunch(deployment, { ...deployment.environment, ...secrets }),
  } satisfies Record<keyof Omit<LaunchDocument, 'registry'>, unknown>);
}

function redeemed(current: Replica, nonce: string, now: Date): Replica {
  if (current.endedAt ?? current.stoppingAt) throw refused();
  if (current.redeemedAt) {
    if (current.nonce !== nonce || now.getTime() - current.redeemedAt.getTime() > repeatMs) throw refused();
    return current;
  }
  const state = current.state === 'requested' ? 'provisioning' : current.state;
  return { ...current, state, nonce, redeemedAt: now, seenAt: now };
}

function refused(): Problem {
  return new Problem('unauthorized', {
    detail: 'The bootstrap token is invalid or expired.',
    headers: { 'www-authenticate': 'Bearer' },
  });
}
