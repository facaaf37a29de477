import type * as z from 'zod';
import type { Connection, Delivery } from './ports.ts';
import { hookEvents } from './schema.ts';
import type * as schema from './schema.ts';

const warnAheadMs = 7 * 24 * 3_600_000;

interface Hook {
  readonly url: string;
  readonly secret: string;
}

/** What stands in the settings of the repository, or has to be put there. */
export function presentHook({ hookId }: Pick<Connection, 'hookId'>, { url, secret }: Hook) {
  return { url, secret, events: [...hookEvents], content_type: 'application/json', installed: hookId !== undefined };
}

export function presentConnected(connection: Connection, hook: Hook): z.output<typeof schema.Connected> {
  const presented = { ...common(connection), webhook: presentHook(connection, hook) };
  if (connection.hookId === undefined && connection.installationId === undefined)
    presented.warnings.unshift(
      'The webhook is not installed: add it in the settings of the repository, or changes arrive up to ten minutes late.',
    );
  return presented;
}

export function presentConnection(connection: Connection): z.output<typeof schema.Connection> {
  return {
    ...common(connection),
    last_sync_sha: connection.lastSyncSha ?? null,
    last_synced_at: iso(connection.lastSyncedAt),
    last_checked_at: iso(connection.lastCheckedAt),
    last_delivery_at: iso(connection.lastDeliveryAt),
    behind_by: connection.behindBy ?? null,
    syncing: connection.wantedGeneration > connection.syncedGeneration,
    last_error: connection.lastError ?? null,
    webhook_installed: connection.hookId !== undefined,
    token_expires_at: iso(connection.tokenExpiresAt),
  };
}

export function presentDelivery({ id, facts, receivedAt, handledAt, outcome }: Delivery) {
  return {
    delivery_id: id,
    event_type: facts.event,
    action: facts.action ?? null,
    ref: facts.ref ?? null,
    received_at: receivedAt.toISOString(),
    handled_at: iso(handledAt),
    outcome: outcome ?? null,
  };
}

function common(connection: Connection) {
  return {
    connection_id: connection.id,
    repository_url: connection.repositoryUrl,
    tool_id: connection.toolId ?? null,
    status: connection.status,
    branch: connection.branch,
    path: connection.path,
    default_branch: connection.defaultBranch,
    created_at: connection.createdAt.toISOString(),
    warnings: warningsOf(connection),
  };
}

function warningsOf({ mayReport, mayComment, tokenExpiresAt, installationId }: Connection): string[] {
  const mayNot =
    installationId === undefined
      ? 'The token may not write commit statuses'
      : 'The application may not write check runs here';
  const left = tokenExpiresAt && tokenExpiresAt.getTime() - Date.now();
  return [
    ...(left !== undefined && left <= 0
      ? ['The token has expired: disconnect, and connect again with a new one.']
      : []),
    ...(left !== undefined && left > 0 && left < warnAheadMs
      ? [
          `The token expires at ${tokenExpiresAt?.toISOString()}: before that, disconnect and connect again with a new one.`,
        ]
      : []),
    ...(mayReport || mayComment ? [] : [`${mayNot}, so pull requests get no contract check.`]),
    ...(mayComment && !mayReport ? [`${mayNot}, so the contract check is a comment alone.`] : []),
    ...(mayReport && !mayComment ? ['Comments are not allowed, so the contract check has no comment.'] : []),
  ];
}

function iso(at: Date | undefined): string | null {
  return at?.toISOString() ?? null;
}
