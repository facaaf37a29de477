import type * as z from 'zod';
import { Problem } from '../kernel/errors/problem.ts';
import { boundError } from './bound-error.ts';
import { changeReplicas, type ReplicaServices, withDeployment, withReplica } from './change-replicas.ts';
import type { Containers } from './containers-port.ts';
import { hashOf } from './credentials.ts';
import type { Deployment, DeploymentQueue, LastError, Replica } from './ports.ts';
import { placed } from './run-deployment.ts';
import type { ReportAnswer, RunnerReport } from './runner-contract.ts';
import { maskSecrets, openSecrets } from './secrets.ts';

type Services = ReplicaServices & { readonly deploymentQueue: DeploymentQueue; readonly containers: Containers };

/**
 * Takes what a runner says of itself. A report that is older than one that was taken changes nothing.
 * @throws Problem `unauthorized`.
 */
export async function applyReport(
  services: Services,
  authorization: string | undefined,
  report: RunnerReport,
): Promise<z.output<typeof ReportAnswer>> {
  const replica = await authenticated(services, authorization);
  if (replica.endedAt) return { stop: true };
  if (isHeartbeat(replica, report)) {
    const { seq, restarts, memory_mb: memoryMb } = report;
    await services.deployments.seen(replica.id, new Date(), { seq, restarts, memoryMb });
    return replica.stoppingAt ? { stop: true } : {};
  }
  const [place, lastError] = await Promise.all([
    findPlace(services.containers, replica),
    readError(services, replica, report),
  ]);
  const state = await changeReplicas(services, { replicaId: replica.id }, (before, now) => {
    const current = before.replicas.find(({ id }) => id === replica.id);
    if (!current || current.endedAt || report.seq <= current.seq) return before;
    const next = withReplica(before, replica.id, (each) => reported({ ...each, ...place }, report, lastError, now));
    return withDeployment(next, replica.deploymentId, (each) => described(each, report, lastError));
  });
  const now = state?.replicas.find(({ id }) => id === replica.id);
  return now && !now.endedAt && !now.stoppingAt ? {} : { stop: true };
}

async function authenticated({ deployments }: Services, authorization: string | undefined): Promise<Replica> {
  const token = /^Bearer\s+(\S+)$/i.exec(authorization ?? '')?.[1];
  const replica = token === undefined ? undefined : await deployments.byReport(hashOf(token));
  if (replica) return replica;
  throw new Problem('unauthorized', {
    detail: 'The report token is not valid.',
    headers: { 'www-authenticate': 'Bearer' },
  });
}

function isHeartbeat(replica: Replica, report: RunnerReport): boolean {
  const news = report.tools ?? report.last_error ?? report.server_info;
  return (
    news === undefined && replica.state === report.state && (report.state !== 'ready' || replica.host !== undefined)
  );
}

/** Where the task listens, as soon as the cluster knows. */
async function findPlace(containers: Containers, { taskId, host }: Replica) {
  if (taskId === undefined || host !== undefined) return {};
  const [task] = await containers.describe([taskId]);
  return task ? placed(task) : {};
}

async function readError(
  { deployments, encryptor }: Services,
  replica: Replica,
  { last_error }: RunnerReport,
): Promise<LastError | undefined> {
  if (!last_error) return undefined;
  const deployment = await deployments.find(replica.deploymentId);
  const secrets = deployment ? await openSecrets(encryptor, deployment) : {};
  const mask = (text: string): string => maskSecrets(text, secrets);
  return boundError({ reason: mask(last_error.reason), log: last_error.log.map(mask) });
}

function reported(current: Replica, report: RunnerReport, lastError: LastError | undefined, now: Date): Replica {
  const over = report.state === 'failed' || report.state === 'stopped';
  return {
    ...current,
    state: report.state === 'stopped' && report.stopped_because === 'idle' ? 'idle' : report.state,
    seq: report.seq,
    restarts: report.restarts,
    memoryMb: report.memory_mb ?? current.memoryMb,
    lastError: lastError ?? current.lastError,
    seenAt: now,
    // Its task is made to end, if it does not by itself.
    stoppingAt: over ? (current.stoppingAt ?? now) : current.stoppingAt,
  };
}

function described(deployment: Deployment, report: RunnerReport, lastError: LastError | undefined): Deployment {
  return {
    ...deployment,
    serverInfo: report.server_info ?? deployment.serverInfo,
    protocolVersion: report.protocol_version ?? deployment.protocolVersion,
    tools: report.tools ?? deployment.tools,
    offers: report.offers ?? deployment.offers,
    restarts: report.restarts,
    lastError: lastError ?? deployment.lastError,
  };
}
