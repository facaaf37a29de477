import type { ToolChanged } from '../../events/outbox.ts';
import type { HistoryStore } from '../tools/ports.ts';
import type { OutboxStore } from '../outbox/ports.ts';

/**
 * Tells the world of outbox entries and then forgets them. Every effect is keyed by the entry or by what it tells of, so a replay from any point
 * changes nothing; entries that are gone were told by somebody else.
 */
export async function relayEntries(
  { outbox, history }: { outbox: OutboxStore; history: HistoryStore },
  ids: readonly string[],
): Promise<{ told: number }> {
  const entries = await outbox.byIds(ids);
  await history.append(entries.map(({ message }) => message).filter(isToolChange));
  await outbox.remove(entries.map(({ id }) => id));
  return { told: entries.length };
}

function isToolChange(message: { readonly kind: string }): message is ToolChanged {
  return message.kind === 'tool-changed';
}
