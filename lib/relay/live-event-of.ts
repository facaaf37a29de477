import type { LiveEvent } from '../../events/live-event.ts';
import type { OutboxMessage } from '../../events/outbox.ts';

/** What live listeners hear of an outbox entry; undefined when it is none of their business. */
export function liveEventOf(message: OutboxMessage): LiveEvent | undefined {
  if (message.kind !== 'tool-changed') return undefined;
  const { tool_id, slug, revision, version, change_type, changed_by, changed_at } = message;
  return {
    type: 'mcp_changed',
    timestamp: changed_at,
    audience: { permission: 'mcps:read' },
    data: { tool_id, slug, revision, version, change_type, changed_by },
  };
}
