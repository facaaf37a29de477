import type { Deployment, Replica } from '../../deployments/ports.ts';
import { previewSlug } from '../../deployments/preview-slug.ts';
import { RunOptions } from '../../deployments/runner-contract.ts';
import type { SqlValue } from './connection.ts';

/*
 * How deployments and replicas lie in their rows.
 */

export interface DeploymentRow {
  readonly id: string;
  readonly tool_id: string;
  readonly tool_name: string;
  readonly slug: string;
  readonly active_tool_id: string | null;
  readonly preview: string | null;
  readonly active_preview_of: string | null;
  readonly owner_id: string;
  readonly tool_revision: number;
  readonly server: string;
  readonly status: Deployment['status'];
  readonly health_status: Deployment['health'];
  readonly phase: Deployment['phase'];
  readonly access: Deployment['access'];
  readonly replicas: number;
  readonly cpu: number;
  readonly memory: number;
  readonly idle_timeout_s: number | null;
  readonly environment: string;
  readonly options: string | null;
  readonly secrets: Buffer | null;
  readonly server_info: string | null;
  readonly protocol_version: string | null;
  readonly tools: string | null;
  readonly offers: string | null;
  readonly restarts: number;
  readonly last_error: string | null;
  readonly last_health_check: Date | null;
  readonly last_called_at: Date | null;
  readonly deployed_at: Date;
  readonly updated_at: Date;
  readonly stopped_at: Date | null;
  readonly launch: string;
  readonly generation: number;
  readonly replaces_id: string | null;
}

/** Of a deployment `d` and its tool `t`. */
export const deploymentColumns = `d.id, d.tool_id, t.name AS tool_name, t.slug, d.active_tool_id, d.owner_id, d.tool_revision, d.server, d.status,
  d.health_status, d.phase, d.access, d.replicas, d.cpu, d.memory, d.idle_timeout_s, d.environment, d.options, d.secrets, d.server_info, d.protocol_version,
  d.tools, d.offers, d.restarts, d.last_error, d.last_health_check, d.last_called_at, d.deployed_at, d.updated_at, d.stopped_at, d.launch, d.generation,
  d.replaces_id, d.preview, d.active_preview_of`;

export function deploymentOf(row: DeploymentRow): Deployment {
  return {
    id: row.id,
    toolId: row.tool_id,
    toolName: row.tool_name,
    slug: row.preview === null ? row.slug : previewSlug(row.slug, row.preview),
    preview: row.preview ?? undefined,
    toolRevision: row.tool_revision,
    server: row.server,
    launch: JSON.parse(row.launch) as Deployment['launch'],
    ownerId: row.owner_id,
    active: (row.active_tool_id ?? row.active_preview_of) !== null,
    replacesId: row.replaces_id ?? undefined,
    status: row.status,
    health: row.health_status,
    phase: row.phase,
    access: row.access,
    replicas: row.replicas,
    cpu: row.cpu,
    memory: row.memory,
    idleTimeoutS: row.idle_timeout_s ?? undefined,
    environment: JSON.parse(row.environment) as Deployment['environment'],
    options: RunOptions.parse(readJson(row.options) ?? {}),
    secrets: row.secrets?.toString('ascii'),
    generation: row.generation,
    serverInfo: readJson(row.server_info) as Deployment['serverInfo'],
    protocolVersion: row.protocol_version ?? undefined,
    tools: readJson(row.tools) as Deployment['tools'],
    offers: readJson(row.offers) as Deployment['offers'],
    restarts: row.restarts,
    lastError: readJson(row.last_error) as Deployment['lastError'],
    lastHealthCheck: row.last_health_check ?? undefined,
    lastCalledAt: row.last_called_at ?? undefined,
    deployedAt: row.deployed_at,
    updatedAt: row.updated_at,
    stoppedAt: row.stopped_at ?? undefined,
  };
}

/** Everything but what other statements move by themselves: health checks and the last call. */
export function deploymentRow(deployment: Deployment): Record<string, SqlValue> {
  return {
    id: deployment.id,
    tool_id: deployment.toolId,
    preview: deployment.preview ?? null,
    active_tool_id: deployment.active && deployment.preview === undefined ? deployment.toolId : null,
    active_preview_of: deployment.active && deployment.preview !== undefined ? deployment.toolId : null,
    owner_id: deployment.ownerId,
    tool_revision: deployment.toolRevision,
    server: deployment.server,
    status: deployment.status,
    health_status: deployment.health,
    phase: deployment.phase,
    access: deployment.access,
    replicas: deployment.replicas,
    cpu: deployment.cpu,
    memory: deployment.memory,
    idle_timeout_s: deployment.idleTimeoutS ?? null,
    environment: JSON.stringify(deployment.environment),
    options: JSON.stringify(deployment.options),
    secrets: deployment.secrets ?? null,
    server_info: json(deployment.serverInfo),
    protocol_version: deployment.protocolVersion ?? null,
    tools: json(deployment.tools),
    offers: json(deployment.offers),
    restarts: deployment.restarts,
    last_error: json(deployment.lastError),
    deployed_at: deployment.deployedAt,
    updated_at: deployment.updatedAt,
    stopped_at: deployment.stoppedAt ?? null,
    launch: JSON.stringify(deployment.launch),
    generation: deployment.generation,
    replaces_id: deployment.replacesId ?? null,
  };
}

export interface ReplicaRow {
  readonly id: string;
  readonly deployment_id: string;
  readonly generation: number;
  readonly state: Replica['state'];
  readonly task_id: string | null;
  readonly host: string | null;
  readonly port: number | null;
  readonly credentials: string;
  readonly bootstrap_hash: string;
  readonly report_hash: string;
  readonly nonce: string | null;
  readonly redeemed_at: Date | null;
  readonly seq: number;
  readonly restarts: number;
  readonly memory_mb: number | null;
  readonly last_error: string | null;
  readonly created_at: Date;
  readonly started_at: Date;
  readonly seen_at: Date | null;
  readonly stopping_at: Date | null;
  readonly ended_at: Date | null;
}

export function replicaOf(row: ReplicaRow): Replica {
  return {
    id: row.id,
    deploymentId: row.deployment_id,
    generation: row.generation,
    state: row.state,
    taskId: row.task_id ?? undefined,
    host: row.host ?? undefined,
    port: row.port ?? undefined,
    credentials: row.credentials,
    bootstrapHash: row.bootstrap_hash,
    reportHash: row.report_hash,
    nonce: row.nonce ?? undefined,
    redeemedAt: row.redeemed_at ?? undefined,
    seq: row.seq,
    restarts: row.restarts,
    memoryMb: row.memory_mb ?? undefined,
    lastError: readJson(row.last_error) as Deployment['lastError'],
    createdAt: row.created_at,
    startedAt: row.started_at,
    seenAt: row.seen_at ?? undefined,
    stoppingAt: row.stopping_at ?? undefined,
    endedAt: row.ended_at ?? undefined,
  };
}

export function replicaRow(replica: Replica): Record<keyof ReplicaRow, SqlValue> {
  return {
    id: replica.id,
    deployment_id: replica.deploymentId,
    generation: replica.generation,
    state: replica.state,
    task_id: replica.taskId ?? null,
    host: replica.host ?? null,
    port: replica.port ?? null,
    credentials: replica.credentials,
    bootstrap_hash: replica.bootstrapHash,
    report_hash: replica.reportHash,
    nonce: replica.nonce ?? null,
    redeemed_at: replica.redeemedAt ?? null,
    seq: replica.seq,
    restarts: replica.restarts,
    memory_mb: replica.memoryMb ?? null,
    last_error: json(replica.lastError),
    created_at: replica.createdAt,
    started_at: replica.startedAt,
    seen_at: replica.seenAt ?? null,
    stopping_at: replica.stoppingAt ?? null,
    ended_at: replica.endedAt ?? null,
  };
}

function json(value: unknown): string | null {
  return value === undefined ? null : JSON.stringify(value);
}

function readJson(text: string | null): unknown {
  return text === null ? undefined : JSON.parse(text);
}
