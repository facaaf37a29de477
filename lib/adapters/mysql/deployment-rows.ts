import type { Deployment, Replica } from '../../deployments/ports.ts';
import { previewSlug } from '../../deployments/preview-slug.ts';
import { RunOptions } from '../../deployments/runner-contract.ts';
import {
  column,
  json,
  optional,
  optionalBytes,
  optionalJson,
  plain,
  readOnly,
  tableCodec,
  type TableRow,
} from './table-codec.ts';

const deployment = tableCodec<Deployment>({
  id: plain('id'),
  toolId: plain('tool_id'),
  toolName: readOnly(plain('tool_name')),
  slug: {
    names: ['slug', 'preview'],
    read: (slug, preview) => (preview === null ? String(slug) : previewSlug(String(slug), String(preview))),
  },
  preview: optional<string>('preview'),
  toolRevision: plain('tool_revision'),
  server: plain('server'),
  launch: json('launch'),
  ownerId: plain('owner_id'),
  active: {
    names: ['active_tool_id', 'active_preview_of'],
    read: (toolId, previewOf) => (toolId ?? previewOf) !== null,
  },
  replacesId: optional<string>('replaces_id'),
  status: plain<Deployment['status']>('status'),
  health: plain<Deployment['health']>('health_status'),
  phase: plain<Deployment['phase']>('phase'),
  access: plain<Deployment['access']>('access'),
  replicas: plain('replicas'),
  cpu: plain('cpu'),
  memory: plain('memory'),
  idleTimeoutS: optional<number>('idle_timeout_s'),
  environment: json('environment'),
  options: column('options', (value) => RunOptions.parse(JSON.parse(String(value ?? '{}'))), JSON.stringify),
  secrets: optionalBytes('secrets'),
  generation: plain('generation'),
  serverInfo: optionalJson('server_info'),
  protocolVersion: optional<string>('protocol_version'),
  tools: optionalJson('tools'),
  offers: optionalJson('offers'),
  restarts: plain('restarts'),
  lastError: optionalJson('last_error'),
  lastHealthCheck: readOnly(optional<Date>('last_health_check')),
  lastCalledAt: readOnly(optional<Date>('last_called_at')),
  deployedAt: plain('deployed_at'),
  updatedAt: plain('updated_at'),
  stoppedAt: optional<Date>('stopped_at'),
});

const ofTool: Readonly<Record<string, string>> = { tool_name: 't.name AS tool_name', slug: 't.slug' };

/** Of a deployment `d` and its tool `t`. */
export const deploymentColumns = deployment.names.map((name) => ofTool[name] ?? `d.${name}`).join(', ');

export const deploymentOf = deployment.read;

/** Everything but what other statements move by themselves: health checks and the last call. */
export function deploymentRow(record: Deployment): TableRow {
  const active = record.active ? record.toolId : null;
  const isPreview = record.preview !== undefined;
  return {
    ...deployment.write(record),
    active_tool_id: isPreview ? null : active,
    active_preview_of: isPreview ? active : null,
  };
}

export const replicaRow = tableCodec<Replica>({
  id: plain('id'),
  deploymentId: plain('deployment_id'),
  generation: plain('generation'),
  state: plain<Replica['state']>('state'),
  taskId: optional<string>('task_id'),
  host: optional<string>('host'),
  port: optional<number>('port'),
  credentials: plain('credentials'),
  bootstrapHash: plain('bootstrap_hash'),
  reportHash: plain('report_hash'),
  nonce: optional<string>('nonce'),
  redeemedAt: optional<Date>('redeemed_at'),
  seq: plain('seq'),
  restarts: plain('restarts'),
  memoryMb: optional<number>('memory_mb'),
  lastError: optionalJson('last_error'),
  createdAt: plain('created_at'),
  startedAt: plain('started_at'),
  seenAt: optional<Date>('seen_at'),
  stoppingAt: optional<Date>('stopping_at'),
  endedAt: optional<Date>('ended_at'),
});
