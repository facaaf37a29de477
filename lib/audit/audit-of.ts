import type { AuditAction, DeploymentStatus, ToolChanged } from '../../events/outbox.ts';
import type { StoredOutboxEntry } from '../outbox/ports.ts';
import type { AuditRecord } from './ports.ts';

const toolActions: Readonly<Record<ToolChanged['change_type'], AuditAction>> = {
  create: 'tool.created',
  update: 'tool.updated',
  delete: 'tool.deleted',
  restore: 'tool.restored',
  sync: 'tool.synced',
};

const stops: Partial<Record<DeploymentStatus['status'], AuditAction>> = {
  idle: 'deployment.idled',
  stopped: 'deployment.ended',
  failed: 'deployment.failed',
};

/** Whatever stops a server is on record, also where nobody asked for it by itself: idleness, a replacement, the end of its tool or of its owner. */
function stopOf(
  { status, deployment_id, slug, reason, at }: DeploymentStatus,
  from: Pick<AuditRecord, 'id' | 'requestId' | 'sourceIp'>,
): AuditRecord | undefined {
  const action = stops[status];
  return (
    action && {
      ...from,
      action,
      actorType: 'platform',
      actorId: undefined,
      target: { type: 'deployment', id: deployment_id },
      details: { slug, ...(reason !== null && { reason }) },
      at: new Date(at),
    }
  );
}

/** What an outbox entry means to the audit log; undefined when nothing. */
export function auditOf({ id, message, origin }: StoredOutboxEntry): AuditRecord | undefined {
  const from = { id, requestId: origin?.request_id, sourceIp: origin?.source_ip };
  switch (message.kind) {
    case 'audited':
      return {
        ...from,
        action: message.action,
        actorType: message.actor_type ?? (message.actor_id === null ? 'operator' : 'user'),
        actorId: message.actor_id ?? undefined,
        target: message.target,
        details: message.details,
        at: new Date(message.at),
      };
    case 'tool-changed':
      return {
        ...from,
        action: toolActions[message.change_type],
        actorType: 'user',
        actorId: message.changed_by,
        target: { type: 'tool', id: message.tool_id },
        details: { slug: message.slug, revision: message.revision, version: message.version },
        at: new Date(message.changed_at),
      };
    case 'deployment-status':
      return stopOf(message, from);
    case 'user-changed':
      return undefined;
  }
}
