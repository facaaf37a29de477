import * as z from 'zod';

/** What an outbox entry says. `kind` decides what the relay worker does with it. */
export const ToolChanged = z
  .object({
    kind: z.literal('tool-changed'),
    tool_id: z.uuid(),
    revision: z.int().positive(),
    version: z.string(),
    slug: z.string(),
    change_type: z.enum(['create', 'update', 'delete', 'restore', 'sync']),
    changed_by: z.uuid(),
    changed_at: z.iso.datetime(),
    /** The whole tool as it was after the change; history keeps it. */
    snapshot: z.object({
      name: z.string(),
      description: z.string(),
      status: z.enum(['draft', 'active', 'deprecated']),
      config: z.record(z.string(), z.unknown()),
    }),
    /** Where a `sync` found it. */
    source: z
      .object({
        repository: z.string(),
        branch: z.string(),
        path: z.string(),
        sha: z.string(),
        files: z.array(z.string()),
      })
      .optional(),
  })
  .meta({
    examples: [
      {
        kind: 'tool-changed',
        tool_id: '019c1385-1a40-7000-8000-000000000005',
        revision: 1,
        version: '1.0.0',
        slug: 'acme-weather',
        change_type: 'create',
        changed_by: '019c1385-1a40-7000-8000-000000000002',
        changed_at: '2026-01-31T09:30:00.000Z',
        snapshot: { name: 'Acme Weather', description: 'Forecasts.', status: 'draft', config: { servers: [] } },
      },
    ],
  });

export const auditActions = [
  'user.registered',
  'user.identity-linked',
  'user.logged-in',
  'user.logged-out',
  'user.login-failed',
  'user.second-factor-added',
  'user.second-factor-removed',
  'session.token-reused',
  'user.password-changed',
  'user.password-reset',
  'user.role-changed',
  'user.activated',
  'user.deactivated',
  'user.invited',
  'api-key.created',
  'application.allowed',
  'application.ended',
  'application.code-reused',
  'account.connected',
  'account.ended',
  'api-key.revoked',
  'tool.created',
  'tool.updated',
  'tool.deleted',
  'tool.restored',
  'tool.synced',
  'tool.purged',
  'tool.secrets-changed',
  'tool.approved',
  'deployment.created',
  'deployment.restarted',
  'deployment.stopped',
  'deployment.idled',
  'deployment.ended',
  'deployment.failed',
  'github.connected',
  'github.disconnected',
  'github.secret-rotated',
  'message.broadcast',
  'secrets.re-encrypted',
  'queue.redriven',
  'queue.purged',
  'access.denied',
  'namespace.granted',
  'namespace.revoked',
] as const;

/** A user; the operator at the command line; somebody who has not proved who they are; the platform by itself. */
export const actorTypes = ['user', 'operator', 'unknown', 'platform'] as const;
export type ActorType = (typeof actorTypes)[number];

/** Something that the audit log keeps. */
export const Audited = z
  .object({
    kind: z.literal('audited'),
    action: z.enum(auditActions),
    /** null: not a user; `actor_type` says who. */
    actor_id: z.uuid().nullable(),
    actor_type: z.enum(actorTypes).optional(),
    target: z.object({ type: z.string().max(32), id: z.string().max(64) }),
    /** Never a secret. */
    details: z.record(z.string(), z.unknown()),
    at: z.iso.datetime(),
  })
  .meta({
    examples: [
      {
        kind: 'audited',
        action: 'user.role-changed',
        actor_id: '019c1385-1a40-7000-8000-000000000002',
        target: { type: 'user', id: '019c1385-1a40-7000-8000-000000000006' },
        details: { from: 'viewer', to: 'developer' },
        at: '2026-01-31T09:30:00.000Z',
      },
    ],
  });

/** A user's role, activity or password is another: the status that requests are checked against has to follow. */
export const UserChanged = z
  .object({
    kind: z.literal('user-changed'),
    user_id: z.uuid(),
    /** Sessions that are over by this: those older than `before`, but for `except`. */
    sessions_ended: z.object({ before: z.iso.datetime(), except: z.uuid().nullable() }).nullable(),
  })
  .meta({
    examples: [{ kind: 'user-changed', user_id: '019c1385-1a40-7000-8000-000000000006', sessions_ended: null }],
  });

/** A deployment came to another status, phase or health: published live. */
export const DeploymentStatus = z
  .object({
    kind: z.literal('deployment-status'),
    deployment_id: z.uuid(),
    tool_id: z.uuid(),
    slug: z.string(),
    owner_id: z.uuid(),
    access: z.enum(['private', 'team']),
    status: z.enum(['starting', 'running', 'restarting', 'idle', 'stopping', 'stopped', 'failed']),
    health_status: z.enum(['healthy', 'unhealthy', 'unknown']),
    phase: z.enum(['queued', 'provisioning', 'installing', 'initializing', 'ready']),
    reason: z.string().nullable(),
    at: z.iso.datetime(),
  })
  .meta({
    examples: [
      {
        kind: 'deployment-status',
        deployment_id: '019c1385-1a40-7000-8000-000000000006',
        tool_id: '019c1385-1a40-7000-8000-000000000005',
        slug: 'acme-weather',
        owner_id: '019c1385-1a40-7000-8000-000000000002',
        access: 'private',
        status: 'running',
        health_status: 'healthy',
        phase: 'ready',
        reason: null,
        at: '2026-01-31T09:30:00.000Z',
      },
    ],
  });

export const OutboxMessage = z.discriminatedUnion('kind', [DeploymentStatus, ToolChanged, Audited, UserChanged]);
export type OutboxMessage = z.output<typeof OutboxMessage>;
export type ToolChanged = z.output<typeof ToolChanged>;
export type Audited = z.output<typeof Audited>;
export type UserChanged = z.output<typeof UserChanged>;
export type AuditAction = (typeof auditActions)[number];
export type DeploymentStatus = z.output<typeof DeploymentStatus>;
