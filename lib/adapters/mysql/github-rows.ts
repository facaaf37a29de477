import type { Connection, ConnectionChanges, ConnectionStatus } from '../../github/ports.ts';
import type { SqlValue } from './connection.ts';

export interface ConnectionRow {
  readonly id: string;
  readonly user_id: string;
  readonly tool_id: string | null;
  readonly repository_url: string;
  readonly repository_id: number;
  readonly repository: string;
  readonly branch: string;
  readonly default_branch: string;
  readonly path: string;
  readonly status: ConnectionStatus;
  readonly access_token: Buffer | null;
  readonly installation_id: number | null;
  readonly token_expires_at: Date | null;
  readonly webhook_secret: Buffer;
  readonly previous_webhook_secret: Buffer | null;
  readonly previous_secret_until: Date | null;
  readonly hook_id: number | null;
  readonly may_report: number;
  readonly may_comment: number;
  readonly wanted_generation: number;
  readonly synced_generation: number;
  readonly sync_task_id: string | null;
  readonly sync_claimed_at: Date | null;
  readonly expected_sha: string | null;
  readonly expected_at: Date | null;
  readonly head_etag: string | null;
  readonly last_sync_sha: string | null;
  readonly last_synced_at: Date | null;
  readonly last_checked_at: Date | null;
  readonly last_delivery_at: Date | null;
  readonly behind_by: number | null;
  readonly last_error: string | null;
  readonly created_at: Date;
  readonly updated_at: Date;
}

export function rowOf(of: Connection): Record<keyof ConnectionRow, SqlValue> {
  return {
    id: of.id,
    user_id: of.ownerId,
    repository_id: of.repositoryId,
    path: of.path,
    access_token: of.accessToken === undefined ? null : Buffer.from(of.accessToken),
    installation_id: of.installationId ?? null,
    may_report: of.mayReport,
    may_comment: of.mayComment,
    wanted_generation: of.wantedGeneration,
    synced_generation: of.syncedGeneration,
    sync_task_id: of.syncTaskId ?? null,
    sync_claimed_at: of.syncClaimedAt ?? null,
    created_at: of.createdAt,
    updated_at: of.updatedAt,
    ...(changedColumns({ ...of }) as Record<ChangedColumn, SqlValue>),
  };
}

type ChangedColumn = Exclude<
  keyof ConnectionRow,
  | 'id'
  | 'user_id'
  | 'repository_id'
  | 'path'
  | 'access_token'
  | 'installation_id'
  | 'may_report'
  | 'may_comment'
  | 'wanted_generation'
  | 'synced_generation'
  | 'sync_task_id'
  | 'sync_claimed_at'
  | 'created_at'
  | 'updated_at'
>;

type Write = (of: ConnectionChanges) => Readonly<Partial<Record<ChangedColumn, SqlValue>>>;

/** The columns of each member that may change. */
const writes: Readonly<Record<keyof ConnectionChanges, Write>> = {
  toolId: ({ toolId }) => ({ tool_id: toolId ?? null }),
  repositoryUrl: ({ repositoryUrl }) => ({ repository_url: repositoryUrl ?? '' }),
  repository: ({ repository }) => ({ repository: repository ?? '' }),
  branch: ({ branch }) => ({ branch: branch ?? '' }),
  defaultBranch: ({ defaultBranch }) => ({ default_branch: defaultBranch ?? '' }),
  status: ({ status }) => ({ status: status ?? 'connected' }),
  tokenExpiresAt: ({ tokenExpiresAt }) => ({ token_expires_at: tokenExpiresAt ?? null }),
  webhookSecret: ({ webhookSecret }) => ({ webhook_secret: Buffer.from(webhookSecret ?? '') }),
  previousSecret: ({ previousSecret }) => ({
    previous_webhook_secret: previousSecret ? Buffer.from(previousSecret.secret) : null,
    previous_secret_until: previousSecret?.until ?? null,
  }),
  hookId: ({ hookId }) => ({ hook_id: hookId ?? null }),
  expected: ({ expected }) => ({ expected_sha: expected?.sha ?? null, expected_at: expected?.at ?? null }),
  headEtag: ({ headEtag }) => ({ head_etag: headEtag ?? null }),
  lastSyncSha: ({ lastSyncSha }) => ({ last_sync_sha: lastSyncSha ?? null }),
  lastSyncedAt: ({ lastSyncedAt }) => ({ last_synced_at: lastSyncedAt ?? null }),
  lastCheckedAt: ({ lastCheckedAt }) => ({ last_checked_at: lastCheckedAt ?? null }),
  lastDeliveryAt: ({ lastDeliveryAt }) => ({ last_delivery_at: lastDeliveryAt ?? null }),
  behindBy: ({ behindBy }) => ({ behind_by: behindBy ?? null }),
  lastError: ({ lastError }) => ({ last_error: lastError ?? null }),
};

export function changedColumns(changes: ConnectionChanges): Readonly<Record<string, SqlValue>> {
  const names = Object.keys(changes).filter((name): name is keyof ConnectionChanges => Object.hasOwn(writes, name));
  return Object.assign({}, ...names.map((name) => writes[name](changes))) as Record<string, SqlValue>;
}

export function connectionOf(row: ConnectionRow): Connection {
  return {
    id: row.id,
    ownerId: row.user_id,
    toolId: row.tool_id ?? undefined,
    repositoryUrl: row.repository_url,
    repositoryId: row.repository_id,
    repository: row.repository,
    branch: row.branch,
    defaultBranch: row.default_branch,
    path: row.path,
    status: row.status,
    accessToken: row.access_token?.toString(),
    installationId: row.installation_id ?? undefined,
    tokenExpiresAt: row.token_expires_at ?? undefined,
    webhookSecret: row.webhook_secret.toString(),
    previousSecret:
      row.previous_webhook_secret && row.previous_secret_until
        ? { secret: row.previous_webhook_secret.toString(), until: row.previous_secret_until }
        : undefined,
    hookId: row.hook_id ?? undefined,
    mayReport: row.may_report === 1,
    mayComment: row.may_comment === 1,
    wantedGeneration: row.wanted_generation,
    syncedGeneration: row.synced_generation,
    syncTaskId: row.sync_task_id ?? undefined,
    syncClaimedAt: row.sync_claimed_at ?? undefined,
    expected: row.expected_sha !== null && row.expected_at ? { sha: row.expected_sha, at: row.expected_at } : undefined,
    headEtag: row.head_etag ?? undefined,
    lastSyncSha: row.last_sync_sha ?? undefined,
    lastSyncedAt: row.last_synced_at ?? undefined,
    lastCheckedAt: row.last_checked_at ?? undefined,
    lastDeliveryAt: row.last_delivery_at ?? undefined,
    behindBy: row.behind_by ?? undefined,
    lastError: row.last_error ?? undefined,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}
