import type * as z from 'zod';
import { connectBlocks, endpointUrl } from './connect-snippets.ts';
import type { Deployment, Replica } from './ports.ts';
import type { DeploymentSummary, DeploymentView, Metrics } from './schema.ts';

export function presentSummary(deployment: Deployment, baseUrl: string): z.output<typeof DeploymentSummary> {
  return {
    deployment_id: deployment.id,
    tool_id: deployment.toolId,
    tool_name: deployment.toolName,
    slug: deployment.slug,
    server: deployment.server,
    owner_id: deployment.ownerId,
    endpoint_url: endpointUrl(baseUrl, deployment.slug),
    status: deployment.status,
    health_status: deployment.health,
    phase: deployment.phase,
    access: deployment.access,
    deployed_at: deployment.deployedAt.toISOString(),
    updated_at: deployment.updatedAt.toISOString(),
    stopped_at: deployment.stoppedAt?.toISOString() ?? null,
  };
}

interface PresentOptions {
  readonly baseUrl: string;
  /** The same under the name that the reader called, which is the one that their clients reach. */
  readonly calledUrl: string;
  readonly replicas: readonly Replica[];
  readonly metrics: Metrics;
  /** Whether the reader is the owner or an admin. */
  readonly isOwn: boolean;
}

function nameOf(info: Deployment['serverInfo']): Record<string, unknown> | null {
  return info ? { name: info['name'], version: info['version'] } : null;
}

export function presentDeployment(
  deployment: Deployment,
  { baseUrl, calledUrl, replicas, metrics, isOwn }: PresentOptions,
): DeploymentView {
  const memory = replicas.filter(({ endedAt }) => endedAt === undefined).flatMap(({ memoryMb }) => memoryMb ?? []);
  return {
    ...presentSummary(deployment, baseUrl),
    replicas: deployment.replicas,
    resources: { cpu: deployment.cpu, memory: deployment.memory },
    idle_timeout_s: deployment.idleTimeoutS ?? 0,
    ...deployment.options,
    tool_revision: deployment.toolRevision,
    connect: connectBlocks(deployment.slug, endpointUrl(calledUrl, deployment.slug)),
    last_health_check: deployment.lastHealthCheck?.toISOString() ?? null,
    last_called_at: deployment.lastCalledAt?.toISOString() ?? null,
    server_info: isOwn ? (deployment.serverInfo ?? null) : nameOf(deployment.serverInfo),
    protocol_version: deployment.protocolVersion ?? null,
    tools:
      deployment.tools?.map(({ name, description }) => ({ name, ...(description !== undefined && { description }) })) ??
      null,
    restarts: deployment.restarts,
    memory_mb: memory.length === 0 ? null : Math.max(...memory),
    // What a server printed is behind the same lock as its log.
    last_error:
      isOwn && deployment.lastError
        ? { reason: deployment.lastError.reason, log: [...deployment.lastError.log] }
        : null,
    metrics,
  };
}
