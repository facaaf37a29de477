import type { AuditAction, ToolChanged } from '../../events/outbox.ts';
import type { StoredOutboxEntry } from '../outbox/ports.ts';
import type { AuditRecord } from './ports.ts';

const toolActions: Readonly<Record<ToolChanged['change_type'], AuditAction>> = {
  create: 'tool.created',
  update: 'tool.updated',
  delete: 'tool.deleted',
  restore: 'tool.restored',
  sync: 'tool.synced',
};

/** What an outbox entry means to the audit log; undefined when nothing. */
export function auditOf({ id, message, origin }: StoredOutboxEntry): AuditRecord | undefined {
  const from = { id, requestId: origin?.request_id, sourceIp: origin?.source_ip };
  switch (message.kind) {
    case 'audited':
      return {
        ...from,
        action: message.action,
        actorId: message.actor_id ?? undefined,
        target: message.target,
        details: message.details,
        at: new Date(message.at),
      };
    case 'tool-changed':
      return {
        ...from,
        action: toolActions[message.change_type],
        actorId: message.changed_by,
        target: { type: 'tool', id: message.tool_id },
        details: { slug: message.slug, revision: message.revision, version: message.version },
        at: new Date(message.changed_at),
      };
    case 'deployment-status':
    case 'user-changed':
      return undefined;
  }
}
