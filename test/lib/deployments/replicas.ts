import { v7 } from 'uuid';
import type { Deployment, DeploymentState, Replica } from '../../../lib/deployments/ports.ts';
import { RunOptions } from '../../../lib/deployments/runner-contract.ts';

export const now = new Date('2026-01-31T09:30:00.000Z');

export function deployment(of: Partial<Deployment> = {}): Deployment {
  return {
    id: v7(),
    toolId: 'tool',
    toolName: 'Tool',
    slug: 'tool',
    toolRevision: 1,
    server: 'server',
    launch: { name: 'server', command: 'node' },
    ownerId: 'owner',
    active: true,
    replacesId: undefined,
    preview: undefined,
    status: 'starting',
    health: 'unknown',
    phase: 'queued',
    access: 'private',
    replicas: 1,
    cpu: 256,
    memory: 512,
    idleTimeoutS: undefined,
    environment: {},
    options: RunOptions.parse({}),
    secrets: 'sealed',
    generation: 1,
    serverInfo: undefined,
    protocolVersion: undefined,
    tools: undefined,
    offers: undefined,
    restarts: 0,
    lastError: undefined,
    lastHealthCheck: undefined,
    lastCalledAt: undefined,
    deployedAt: now,
    updatedAt: now,
    stoppedAt: undefined,
    ...of,
  };
}

export function replica(of: Partial<Replica> & Pick<Replica, 'deploymentId'>): Replica {
  return {
    id: v7(),
    generation: 1,
    state: 'requested',
    taskId: undefined,
    host: undefined,
    port: undefined,
    credentials: 'sealed',
    bootstrapHash: 'b',
    reportHash: 'r',
    nonce: undefined,
    redeemedAt: undefined,
    seq: 0,
    restarts: 0,
    memoryMb: undefined,
    lastError: undefined,
    createdAt: now,
    startedAt: now,
    seenAt: undefined,
    stoppingAt: undefined,
    endedAt: undefined,
    ...of,
  };
}

export function deployed(deployments: readonly Deployment[], replicas: readonly Replica[] = []): DeploymentState {
  return { toolDeleted: false, deployments, replicas };
}
