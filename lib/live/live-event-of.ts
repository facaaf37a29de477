import type { LiveEvent } from '../../events/live-event.ts';
import type { DeploymentStatus, OutboxMessage, ToolChanged } from '../../events/outbox.ts';

/** What live listeners get of an outbox entry; undefined when it is none of their business. */
export function liveEventOf(message: OutboxMessage): LiveEvent | undefined {
  switch (message.kind) {
    case 'tool-changed':
      return toolEvent(message);
    case 'deployment-status':
      return deploymentEvent(message);
    case 'audited':
    case 'user-changed':
      return undefined;
  }
}

function toolEvent({ changed_at, kind: _kind, snapshot: _snapshot, ...data }: ToolChanged): LiveEvent {
  return { type: 'mcp_changed', timestamp: changed_at, audience: { permission: 'mcps:read' }, data };
}

function deploymentEvent({ at, kind: _kind, ...data }: DeploymentStatus): LiveEvent {
  const { access, owner_id } = data;
  const audience = { permission: 'deployments:read', ...(access === 'private' && { user_id: owner_id }) };
  return { type: 'deployment_status', timestamp: at, audience, data };
}
