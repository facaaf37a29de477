import type { OutboxEntry } from '../outbox/ports.ts';
import type { Offers } from '../upstream/server-answers.ts';
import type { RunnerState, RunOptions } from './runner-contract.ts';

export const deploymentStatuses = [
  'starting',
  'running',
  'restarting',
  'idle',
  'stopping',
  'stopped',
  'failed',
] as const;
type DeploymentStatus = (typeof deploymentStatuses)[number];
export const healthStatuses = ['healthy', 'unhealthy', 'unknown'] as const;
export type HealthStatus = (typeof healthStatuses)[number];
export const phases = ['queued', 'provisioning', 'installing', 'initializing', 'ready'] as const;
export type Phase = (typeof phases)[number];
type DeploymentAccess = 'private' | 'team';

export interface LastError {
  readonly reason: string;
  /** The server's last lines on stderr. */
  readonly log: readonly string[];
}

/** A server of a tool that was asked to run. */
export interface Deployment {
  readonly id: string;
  readonly toolId: string;
  readonly toolName: string;
  /** Of its endpoint: the tool's, and the preview's name after `--`. */
  readonly slug: string;
  /** Which preview of the tool it is, `pr-12`; undefined: the tool's own deployment. */
  readonly preview: string | undefined;
  readonly toolRevision: number;
  /** Its name in `config.servers`. */
  readonly server: string;
  /** The server as the tool had it when it was deployed. */
  readonly launch: Readonly<Record<string, unknown>>;
  readonly ownerId: string;
  /** Whether the endpoint of the tool, or of the preview, leads here: at most one deployment of each. */
  readonly active: boolean;
  readonly replacesId: string | undefined;
  readonly status: DeploymentStatus;
  readonly health: HealthStatus;
  readonly phase: Phase;
  readonly access: DeploymentAccess;
  readonly replicas: number;
  /** Fargate units: 1024 are one vCPU. */
  readonly cpu: number;
  /** MiB. */
  readonly memory: number;
  readonly idleTimeoutS: number | undefined;
  readonly environment: Readonly<Record<string, string>>;
  /** Encrypted JSON, bound to `deployment:<id>`. */
  readonly secrets: string | undefined;
  /** How its server is run. */
  readonly options: RunOptions;
  readonly generation: number;
  readonly serverInfo: Readonly<Record<string, unknown>> | undefined;
  readonly protocolVersion: string | undefined;
  readonly tools: readonly ServedTool[] | undefined;
  /** Beside its tools. */
  readonly offers: Offers | undefined;
  readonly restarts: number;
  readonly lastError: LastError | undefined;
  readonly lastHealthCheck: Date | undefined;
  readonly lastCalledAt: Date | undefined;
  readonly deployedAt: Date;
  readonly updatedAt: Date;
  readonly stoppedAt: Date | undefined;
}

/** As its server described it. */
export interface ServedTool {
  readonly name: string;
  readonly description?: string | undefined;
  readonly inputSchema: Readonly<Record<string, unknown>>;
  readonly [member: string]: unknown;
}

/** What an owner decided of one tool of their server. */
interface Approval {
  /** Of the tool as it was approved; undefined: never was. */
  readonly fingerprint: string | undefined;
  readonly enabled: boolean;
  readonly approvedAt: string | undefined;
}
export type Approvals = Readonly<Record<string, Approval>>;

/** Where a tool's endpoint leads, and what its owner has approved of it. */
export interface Serving {
  readonly deployment: Deployment;
  /** undefined before a server was there to be approved. */
  readonly approvals: Approvals | undefined;
}

/** `requested`: no task yet; `provisioning`: the task has not reported yet; `lost`: ended without having been asked to. */
export type ReplicaState = 'requested' | 'provisioning' | RunnerState | 'idle' | 'lost';

/** One task that runs the server, or one remote server. */
export interface Replica {
  readonly id: string;
  readonly deploymentId: string;
  readonly generation: number;
  readonly state: ReplicaState;
  readonly taskId: string | undefined;
  readonly host: string | undefined;
  readonly port: number | undefined;
  /** Encrypted JSON of {@link Credentials}, bound to `replica:<id>`. */
  readonly credentials: string;
  readonly bootstrapHash: string;
  readonly reportHash: string;
  readonly nonce: string | undefined;
  readonly redeemedAt: Date | undefined;
  readonly seq: number;
  readonly restarts: number;
  readonly memoryMb: number | undefined;
  readonly lastError: LastError | undefined;
  readonly createdAt: Date;
  /** When its task was asked for. */
  readonly startedAt: Date;
  readonly seenAt: Date | undefined;
  readonly stoppingAt: Date | undefined;
  readonly endedAt: Date | undefined;
}

/** What of one tool is deployed: what is not over yet, the deployment that was asked for, and their replicas. */
export interface DeploymentState {
  /** A deleted tool gets no new deployment. */
  readonly toolDeleted: boolean;
  readonly deployments: readonly Deployment[];
  readonly replicas: readonly Replica[];
}

export interface DeploymentFilter {
  readonly status: DeploymentStatus | undefined;
  readonly toolId: string | undefined;
}

/** Which state is meant: by tool, by deployment, or by replica. */
export type ReplicasKey =
  | { readonly toolId: string }
  | { readonly deploymentId: string }
  | { readonly replicaId: string }
  | { readonly taskId: string };

/** Deployments and their replicas: the truth, in MySQL. */
export interface DeploymentStore {
  find(id: string): Promise<Deployment | undefined>;
  replicasOf(deploymentId: string): Promise<Replica[]>;
  /** Newest first. */
  list(
    filter: DeploymentFilter,
    page: { readonly offset: number; readonly limit: number },
  ): Promise<{ items: Deployment[]; total: number }>;
  /** Where a tool's endpoint leads, and its replicas that can be reached. */
  servingTarget(slug: string): Promise<(Serving & { readonly replicas: Replica[] }) | undefined>;
  /** All endpoints of a user's own deployments and of those for the team, by slug. */
  servedTo(userId: string): Promise<Serving[]>;
  /** Changes with anything that {@link servedTo} would answer; costs less. */
  servedStamp(userId: string): Promise<string>;
  /**
   * Changes what is approved of the server behind a tool. `decide` gets what it offers now, under a lock.
   * @returns what `decide` made; undefined when nothing is deployed there.
   */
  approve(
    toolId: string,
    decide: (serving: Serving) => { readonly approvals: Approvals; readonly outbox: readonly OutboxEntry[] },
  ): Promise<Serving | undefined>;
  byBootstrap(hash: string): Promise<Replica | undefined>;
  byReport(hash: string): Promise<Replica | undefined>;
  /**
   * Locks the tool and its state, lets `decide` make the next one, and writes what differs together with the outbox entries. A deployment or
   * replica that was not there is inserted. `decide` may run twice. Nothing happens when there is no such tool, or it is deleted and nothing runs.
   * @returns what `decide` made; undefined when there is no such state.
   */
  change<T extends ReplicasChange>(
    key: ReplicasKey,
    decide: (state: DeploymentState) => T | Promise<T>,
  ): Promise<T | undefined>;
  /** A sign of life that changes nothing else. False when a newer report was there or the replica has ended. */
  seen(replicaId: string, at: Date, report: Pick<Replica, 'seq' | 'restarts' | 'memoryMb'>): Promise<boolean>;
  checked(id: string, at: Date, health: HealthStatus): Promise<void>;
  /** Previews of a tool that are not over. */
  previewsOf(toolId: string): Promise<Deployment[]>;
  /** A user's deployments that run, start or sleep. */
  activeOf(userId: string): Promise<Deployment[]>;
  /** Replicas that have not ended, by id: those after `after` (empty: from the first), at most `most`. */
  alive(after: string, most: number): Promise<Replica[]>;
  /** Deployments on their way that have not moved since `before`, and running ones without a replica that lives. */
  stuck(before: Date): Promise<string[]>;
}

export interface ReplicasChange {
  readonly state: DeploymentState;
  readonly outbox: readonly OutboxEntry[];
}

/** The queue to the deployment worker. */
export interface DeploymentQueue {
  /** Hands a deployment over, now or after some seconds. A failure loses nothing, the sweeper finds the row: it is logged, not thrown. */
  due(deploymentId: string, delaySeconds?: number): Promise<void>;
}

/** A replica's secrets. */
export interface Credentials {
  readonly bootstrap: string;
  readonly report: string;
  readonly proxy: string;
}
