import type { Deployment, DeploymentState, Phase, Replica, ReplicaState } from './ports.ts';

/** A state in which every row agrees with every other, and what is still to be made. */
export interface ReconciledState extends DeploymentState {
  /** Deployments that need another replica, one entry for each. */
  readonly missing: readonly Deployment[];
}

/** Tasks that end by themselves this often within {@link recentMs}, for each replica, are not replaced any more. */
const maxEnds = 3;
const recentMs = 600_000;

/**
 * Draws the conclusions from what is known of a tool's deployments: which status follows from the replicas, who takes whose place, what must start
 * and what must stop. Settling a reconciled state changes nothing.
 */
export function reconcileState(state: DeploymentState, now: Date): ReconciledState {
  const deployments = new Map(state.deployments.map((each) => [each.id, each]));
  const replicas = new Map(state.replicas.map((each) => [each.id, each]));
  const missing: Deployment[] = [];
  const replicasOf = ({ id }: Deployment) => [...replicas.values()].filter(({ deploymentId }) => deploymentId === id);
  const keep = (changed: readonly Replica[]) => changed.forEach((each) => replicas.set(each.id, each));

  const byAge = state.deployments.toSorted((a, b) => a.deployedAt.getTime() - b.deployedAt.getTime());
  for (const { id } of byAge) {
    const deployment = deployments.get(id);
    if (!deployment || !wantsReplicas(deployment)) continue;
    const outcome = reconcileWanted(deployment, replicasOf(deployment), now);
    deployments.set(id, outcome.deployment);
    keep(outcome.replicas);
    for (let index = 0; index < outcome.missing; index += 1) missing.push(outcome.deployment);
    if (outcome.deployment.status !== 'running') continue;
    for (const other of deployments.values()) {
      if (other.id !== id && other.active && other.preview === deployment.preview)
        deployments.set(other.id, { ...other, active: false, status: 'stopping' });
    }
  }
  for (const deployment of deployments.values()) {
    if (wantsReplicas(deployment)) continue;
    const stopping = replicasOf(deployment).map((each) => requestStop(each, now));
    keep(stopping);
    deployments.set(deployment.id, reconcileUnwanted(deployment, stopping, now));
  }
  return {
    toolDeleted: state.toolDeleted,
    deployments: [...deployments.values()],
    replicas: [...replicas.values()],
    missing: missing.filter((each) => wantsReplicas(deployments.get(each.id) ?? each)),
  };
}

export function wantsReplicas({ status }: Deployment): boolean {
  return status === 'starting' || status === 'running' || status === 'restarting';
}

/** Not ended, and not asked to. */
function isLive({ endedAt, stoppingAt }: Replica): boolean {
  return endedAt === undefined && stoppingAt === undefined;
}

interface Outcome {
  readonly deployment: Deployment;
  readonly replicas: readonly Replica[];
  readonly missing: number;
}

function reconcileWanted(deployment: Deployment, replicas: readonly Replica[], now: Date): Outcome {
  const current = replicas.filter(({ generation }) => generation === deployment.generation);
  const former = replicas.filter(({ generation }) => generation !== deployment.generation);
  const live = current.filter(isLive);
  const crashLooping = isCrashLooping(deployment, current, now);
  const idle = current.filter(({ state }) => state === 'idle').length;
  const missing = crashLooping ? 0 : Math.max(0, deployment.replicas - live.length - idle);
  if (live.some(({ state }) => state === 'ready')) {
    return { deployment: running(deployment, live), replicas: former.map((each) => requestStop(each, now)), missing };
  }
  if (live.length > 0) return { deployment: underWay(deployment, live), replicas: [], missing };
  if (current.length > 0 && current.every(({ state }) => state === 'idle'))
    return {
      deployment: { ...deployment, status: 'idle', phase: 'queued', health: 'unknown' },
      replicas: [],
      missing: 0,
    };
  const failed = current.find(({ state }) => state === 'failed') ?? (crashLooping ? current.at(-1) : undefined);
  if (!failed) return { deployment: underWay(deployment, []), replicas: [], missing };
  return { deployment: givenUp(deployment, failed, former), replicas: [], missing: 0 };
}

function running(deployment: Deployment, live: readonly Replica[]): Deployment {
  const whole = live.length >= deployment.replicas && live.every(({ state }) => state === 'ready');
  return {
    ...deployment,
    status: 'running',
    phase: 'ready',
    health: whole ? 'healthy' : 'unhealthy',
    active: true,
    replacesId: undefined,
  };
}

function underWay(deployment: Deployment, live: readonly Replica[]): Deployment {
  const fell = deployment.status === 'running';
  return {
    ...deployment,
    status: fell ? 'restarting' : deployment.status,
    health: fell ? 'unhealthy' : deployment.health,
    phase: furthest(live),
  };
}

/** A start that failed: the former generation goes on serving where there is one. */
function givenUp(deployment: Deployment, failed: Replica, former: readonly Replica[]): Deployment {
  const lastError = failed.lastError ?? { reason: 'The server ended', log: [] };
  const serving = former.find((each) => isLive(each) && each.state === 'ready');
  if (serving) {
    return { ...running(deployment, [serving]), generation: serving.generation, lastError };
  }
  return { ...deployment, status: 'failed', health: 'unhealthy', active: false, lastError };
}

/** Replicas that ended although they were wanted, too often and too lately to try again; or whose runner has given up. */
function isCrashLooping({ replicas: wanted }: Deployment, current: readonly Replica[], now: Date): boolean {
  const gone = current.filter((each) => !isLive(each) && each.state !== 'idle');
  const recent = gone.filter(({ createdAt }) => now.getTime() - createdAt.getTime() < recentMs);
  return recent.length >= maxEnds * wanted || gone.some(({ state }) => state === 'failed');
}

/** The replica, with a request to stop; one that has no task yet is over at once. */
function requestStop(replica: Replica, now: Date): Replica {
  if (replica.endedAt) return replica;
  const stopping = { ...replica, stoppingAt: replica.stoppingAt ?? now };
  return replica.state === 'requested' ? { ...stopping, state: 'stopped', endedAt: now } : stopping;
}

function reconcileUnwanted(deployment: Deployment, replicas: readonly Replica[], now: Date): Deployment {
  if (deployment.status !== 'stopping' || replicas.some(({ endedAt }) => endedAt === undefined)) return deployment;
  return {
    ...deployment,
    status: 'stopped',
    health: 'unknown',
    active: false,
    // What will not start again needs no secrets.
    secrets: undefined,
    stoppedAt: now,
  };
}

const progress: Readonly<Partial<Record<ReplicaState, Phase>>> = {
  provisioning: 'provisioning',
  installing: 'installing',
  initializing: 'initializing',
  restarting: 'initializing',
  unhealthy: 'initializing',
  ready: 'ready',
};
const order: readonly Phase[] = ['queued', 'provisioning', 'installing', 'initializing', 'ready'];

function furthest(live: readonly Replica[]): Phase {
  const reached = live.map(({ state }) => order.indexOf(progress[state] ?? 'queued'));
  return order[Math.max(0, ...reached)] ?? 'queued';
}
